// Sockets that systemd listens on and passes to the service (socket units, sd_listen_fds(3)): a restart refuses no
// connection, and port 443 needs no capability.
//
//     const auto sockets = take_inherited_sockets();      // once, before there are threads
//     if (sockets) used = use_inherited(*sockets, configuration);
//
// The descriptors stay open for as long as the process lives: a server gets a duplicate, so that connections wait in
// the socket's queue whenever no server is there.
#pragma once

#include "base/error.hpp"
#include "runtime/configuration.hpp"
#include "runtime/listen_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// By FileDescriptorName= of their units; each with its descriptor and the address that it is bound to.
struct InheritedSockets {
    std::optional<ListenAddress> sns;
    std::optional<ListenAddress> api;
};

// None of them where the service was not started by a socket unit's manager. Errors (config_invalid): a name that is
// neither sns nor api, or comes twice; what is no listening stream socket.
Result<InheritedSockets> take_inherited_sockets();

// The sections sns and api listen on these, whatever their `listen` says. Errors (config_invalid): what `listen` itself
// would not have been allowed: the API without a token or SNS without TLS, where other machines can connect.
Result<> use_inherited(const InheritedSockets& sockets, Configuration& configuration);

// What to warn of: a socket whose section is missing, on which connections wait for nobody.
std::vector<std::string> unused_sockets(const InheritedSockets& sockets, const Configuration& configuration);

}  // namespace carecloud
