// What the daemon's servers have in common: the address that one listens on, and the end of one that is replaced.
#pragma once

#include "base/error.hpp"
#include "net/server/http_server.hpp"
#include "net/server/listener.hpp"
#include "runtime/listen_address.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// A socket of systemd's is duplicated: the server closes what it is given, and connections go on to queue at the other.
// Errors: server_failed, for want of descriptors.
Result<ServerAddress> server_address(const ListenAddress& listen);

// For a server that another one, or none, takes the place of: it takes no more requests; what it has is answered, or
// cut after its grace. I/O thread alone.
void retire_server(boost::asio::io_context& io, std::unique_ptr<HttpServer> server);

}  // namespace carecloud
