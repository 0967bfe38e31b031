// The control socket of a running service: `carecloud-syncd --reload` uses it to make the service reload its
// configuration, and to get the result. A Unix socket in the service's runtime folder ($RUNTIME_DIRECTORY), separate
// from the API, which may not be configured or may require a token.
#pragma once

#include "net/server/http_server.hpp"
#include "options.hpp"
#include "runtime/log.hpp"

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Listens until it is destroyed. Null without $RUNTIME_DIRECTORY, or, after a warning, if it cannot listen: the service
// then runs without the socket, and SIGHUP works. `reload`: Reload::reload(). I/O thread only; `log` must outlive it.
std::unique_ptr<HttpServer> listen_for_control(boost::asio::io_context& io,
                                               std::function<std::string()> reload, Log& log);

// --reload: makes the running service reload, and prints the result to stdout or stderr.
ExitCode reload_service();

}  // namespace carecloud
