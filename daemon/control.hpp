// The control socket of a running service: how `carecloud-syncd --reload` has it read its configuration again, and
// learns whether it did. A Unix socket in the service's own folder ($RUNTIME_DIRECTORY), beside the API, which may
// not be configured or ask for a token.
#pragma once

#include "net/server/http_server.hpp"
#include "options.hpp"
#include "runtime/log.hpp"

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Listens until it is destroyed. Null where there is no $RUNTIME_DIRECTORY, or, after a warning, where the socket
// cannot be had: the service runs without it, and takes SIGHUP. `reload`: Reload::reload(). I/O thread; `log` outlives
// it.
std::unique_ptr<HttpServer> listen_for_control(boost::asio::io_context& io,
                                               std::function<std::string()> reload, Log& log);

// --reload: has the running service do it, and says on stdout or stderr what came of it.
ExitCode reload_service();

}  // namespace carecloud
