#include "retire.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

Task<> stop(std::unique_ptr<HttpServer> server) {
    co_await server->stop();
}

}  // namespace

void retire_server(boost::asio::io_context& io, std::unique_ptr<HttpServer> server) {
    auto stopping = stop(std::move(server));
    boost::asio::co_spawn(io, std::move(stopping), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

}  // namespace carecloud
