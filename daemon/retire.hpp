// The end of a server that gave way to another one, or to none.
#pragma once

#include "net/server/http_server.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Takes no more requests; what it has is answered, or cut after its grace. I/O thread alone.
void retire_server(boost::asio::io_context& io, std::unique_ptr<HttpServer> server);

}  // namespace carecloud
