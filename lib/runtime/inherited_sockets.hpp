// Sockets that systemd listens on and passes to the service (socket units, sd_listen_fds(3)): no connection is refused
// during a restart, and port 443 needs no capability.
//
//     const auto sockets = take_inherited_sockets();      // once, before there are threads
//     if (sockets) used = use_inherited(*sockets, configuration);
//
// The descriptors stay open until the process exits. A server uses a duplicate, so connections wait in the socket's
// queue while no server is running.
#pragma once

#include "base/error.hpp"
#include "runtime/configuration.hpp"
#include "runtime/listen_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// By FileDescriptorName= of their socket units; each with its descriptor and bound address.
struct InheritedSockets {
    std::optional<ListenAddress> sns;
    std::optional<ListenAddress> api;
};

// Empty if the service was not started with sockets. Errors (config_invalid): a name that is neither sns nor api, or
// occurs twice; a descriptor that is not a listening stream socket.
Result<InheritedSockets> take_inherited_sockets();

// Makes the sections sns and api listen on these sockets, regardless of their `listen`. Errors (config_invalid), as for
// `listen` itself: other machines can connect to the API without a token, or to SNS without TLS.
Result<> use_inherited(const InheritedSockets& sockets, Configuration& configuration);

// Warnings about sockets whose section is missing: connections to them are never accepted.
std::vector<std::string> unused_sockets(const InheritedSockets& sockets, const Configuration& configuration);

}  // namespace carecloud
