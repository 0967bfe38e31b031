#include "net/client/resolve.hpp"

#include "base/loopback.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Endpoints = std::vector<tcp::endpoint>;

// Shared with the resolver's handler, which may come long after the waiting coroutine has gone.
struct Question {
    explicit Question(const asio::any_io_executor& executor) : resolver(executor), answered(executor) {}

    tcp::resolver resolver;
    asio::steady_timer answered;  // canceled when the answer is there
    bool done = false;
    error_code failure;
    Endpoints endpoints;
};

Endpoints known_without_asking(const std::string& host, std::uint16_t port) {
    error_code failure;
    const auto address = asio::ip::make_address(host, failure);
    if (!failure) return {tcp::endpoint(address, port)};
    if (!is_loopback_host(host)) return {};
    return {tcp::endpoint(asio::ip::address_v4::loopback(), port),
            tcp::endpoint(asio::ip::address_v6::loopback(), port)};
}

void ask(const std::shared_ptr<Question>& question, const std::string& host, std::uint16_t port) {
    question->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service,
        [question](error_code failure, const tcp::resolver::results_type& results) {
            question->done = true;
            question->failure = failure;
            for (const auto& entry : results)
                question->endpoints.push_back(entry.endpoint());
            question->answered.cancel();
        });
}

Error unresolved(ErrorCode code, const std::string& host, const std::string& why) {
    return {.code = code,
            .operation = "connect",
            .subject = host + ": " + why,
            .hint = "check the name and this machine's DNS"};
}

}  // namespace

Task<Result<Endpoints>> resolve(std::string host, std::uint16_t port,
                                std::chrono::steady_clock::time_point deadline) {
    Endpoints known = known_without_asking(host, port);
    if (!known.empty()) co_return known;
    const auto executor = co_await asio::this_coro::executor;
    const auto question = std::make_shared<Question>(executor);
    question->answered.expires_at(deadline);
    ask(question, host, port);
    error_code woken;
    co_await question->answered.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!question->done && woken) throw boost::system::system_error(woken);
    if (!question->done) co_return unresolved(ErrorCode::timed_out, host, "no response from DNS");
    if (question->failure) co_return unresolved(ErrorCode::unreachable, host, question->failure.message());
    if (question->endpoints.empty()) co_return unresolved(ErrorCode::unreachable, host, "no address found");
    co_return std::move(question->endpoints);
}

}  // namespace carecloud
