// The control socket of a running service: how `carecloud-syncd --reload` has it read its configuration again, and
// learns whether it did. A Unix socket in the service's own folder ($RUNTIME_DIRECTORY), beside the API, which may
// not be configured or ask for a token.
#pragma once

#include "exit_code.hpp"
#include "net/server/http_server.hpp"
#include "runtime/log.hpp"

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Reads the configuration again. Why it was refused, a problem a line; empty: it was not.
using Reload = std::function<std::string()>;

// Listens until it is destroyed. Null where there is no $RUNTIME_DIRECTORY, or, after a warning, where the socket
// cannot be had: the service runs without it, and takes SIGHUP. I/O thread; `reload` and `log` outlive it.
std::unique_ptr<HttpServer> listen_for_control(boost::asio::io_context& io, Reload reload, Log& log);

// --reload: has the running service do it, and says on stdout or stderr what came of it.
ExitCode reload_service();

}  // namespace carecloud
