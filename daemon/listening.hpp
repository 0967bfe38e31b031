// Common parts of the daemon's servers: the address to listen on, and the end of a server that is replaced.
#pragma once

#include "base/error.hpp"
#include "net/server/http_server.hpp"
#include "net/server/listener.hpp"
#include "runtime/listen_address.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// A socket from systemd is duplicated: the server closes its descriptor, and connections continue to queue at the
// original. Errors: server_failed, if no descriptors are left.
Result<ServerAddress> server_address(const ListenAddress& listen);

// For a server that is replaced or no longer needed: it accepts no more requests; pending ones are answered, or
// canceled after the server's grace period. I/O thread only.
void retire_server(boost::asio::io_context& io, std::unique_ptr<HttpServer> server);

}  // namespace carecloud
