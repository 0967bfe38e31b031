#include "listening.hpp"

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <system_error>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

Task<> stop_server(std::unique_ptr<HttpServer> server) {
    co_await server->stop();
}

}  // namespace

Result<ServerAddress> server_address(const ListenAddress& listen) {
    if (listen.descriptor < 0) {
        return ServerAddress{.host = listen.host, .port = listen.port, .unix_path = listen.unix_path};
    }
    const int duplicate = ::fcntl(listen.descriptor, F_DUPFD_CLOEXEC, 0);
    if (duplicate >= 0) return ServerAddress{.inherited_fd = duplicate};
    return Error{ErrorCode::server_failed, "listen on " + listen.to_string(),
                 std::generic_category().message(errno),
                 "if file descriptors are exhausted, raise LimitNOFILE= in the unit"};
}

void retire_server(boost::asio::io_context& io, std::unique_ptr<HttpServer> server) {
    auto stopping = stop_server(std::move(server));
    boost::asio::co_spawn(io, std::move(stopping), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

}  // namespace carecloud
