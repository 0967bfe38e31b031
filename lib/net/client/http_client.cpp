#include "net/client/http_client.hpp"

#include "base/ascii.hpp"
#include "base/co_try.hpp"
#include "net/client/connection.hpp"
#include "net/client/exchange.hpp"
#include "net/client/gzip.hpp"
#include "net/client/tls_client.hpp"

#include <optional>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

namespace asio = boost::asio;

struct HttpClient::State {
    asio::any_io_executor executor;
    HttpClientSettings settings;
    Route route;
    Gunzip gunzip;
    std::vector<std::shared_ptr<HttpConnection>> idle;  // the most recently used last
    std::size_t opened = 0;

    std::shared_ptr<HttpConnection> take_idle();
    void keep(std::shared_ptr<HttpConnection> connection);
    Task<Result<Answer>> attempt(std::string_view request);
    Result<HttpResponse> decode(Answer answer);
    Error undecodable(ErrorCode code, std::string_view what) const;
};

namespace {

// Whether the request can be repeated: on a kept connection, which the peer had closed before it sent anything.
bool died_before_response(const HttpConnection& connection, const Error& error) {
    return error.code == ErrorCode::unreachable && connection.bytes_read() == 0;
}

HttpResponse to_response(Answer&& answer) {
    return {.status = answer.status,
            .headers = std::move(answer.headers),
            .body = std::move(answer.body.data),
            .size = answer.body.size};
}

}  // namespace

std::shared_ptr<HttpConnection> HttpClient::State::take_idle() {
    const auto oldest = std::chrono::steady_clock::now() - settings.idle_max;
    while (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        if (connection->last_used() >= oldest && connection->looks_alive()) return connection;
    }
    return nullptr;
}

void HttpClient::State::keep(std::shared_ptr<HttpConnection> connection) {
    connection->mark_used();
    if (idle.size() < settings.idle_connections_max) idle.push_back(std::move(connection));
}

Task<Result<Answer>> HttpClient::State::attempt(std::string_view request) {
    const HttpTimeouts& timeouts = settings.timeouts;
    const SteadyTime start = std::chrono::steady_clock::now();
    const ExchangeLimits limits{.head = timeouts.head,
                                .body = timeouts.body,
                                .total_by = start + timeouts.total,
                                .body_bytes_max = settings.response_bytes_max};
    auto kept = take_idle();
    if (kept) {
        Result<Answer> answer = co_await exchange(*kept, request, limits);
        if (!answer && died_before_response(*kept, answer.error())) {
            kept.reset();
        } else {
            if (answer && answer->reusable) keep(std::move(kept));
            co_return answer;
        }
    }
    auto fresh = std::make_shared<HttpConnection>(executor, route);
    ++opened;
    const SteadyTime connect_by =
        std::min(std::chrono::steady_clock::now() + timeouts.connect, limits.total_by);
    CO_TRY(fresh->open(connect_by));
    Result<Answer> answer = co_await exchange(*fresh, request, limits);
    if (answer && answer->reusable) keep(std::move(fresh));
    co_return answer;
}

Error HttpClient::State::undecodable(ErrorCode code, std::string_view what) const {
    return {.code = code,
            .operation = {},
            .subject = settings.origin.host_and_port() + ": " + std::string(what),
            .hint = {}};
}

Result<HttpResponse> HttpClient::State::decode(Answer answer) {
    HttpResponse response = to_response(std::move(answer));
    const std::string_view coding = response.header("Content-Encoding");
    if (coding.empty() || ascii_iequals(coding, "identity")) return response;
    GunzipStatus status = GunzipStatus::corrupt;
    ByteBuffer inflated;
    const bool known = ascii_iequals(coding, "gzip") || ascii_iequals(coding, "x-gzip");
    if (known) status = gunzip.inflate(response.text(), settings.response_bytes_max, inflated);
    const bool success = response.status >= 200 && response.status <= 299;
    if (status == GunzipStatus::ok || !success) {
        inflated.reserve(inflated.size);
        response.body = std::move(inflated.data);
        response.size = inflated.size;
        return response;
    }
    if (!known) return undecodable(ErrorCode::bad_response, "unsupported response compression (not gzip)");
    if (status == GunzipStatus::corrupt) {
        return undecodable(ErrorCode::bad_response, "damaged or truncated gzip response");
    }
    return undecodable(ErrorCode::too_large,
                       "response larger than " + std::to_string(settings.response_bytes_max) + " bytes");
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(const asio::any_io_executor& executor,
                                                       HttpClientSettings settings) {
    Route route{.origin = settings.origin, .proxy = {}, .tls = {}, .unix_path = settings.unix_path};
    if (settings.origin.tls) {
        auto tls = make_client_tls(settings.ca_file);
        if (!tls) return tls.error();
        route.tls = std::move(*tls);
    }
    auto proxy = choose_proxy(settings.origin, settings.proxy);
    if (!proxy) return proxy.error();
    route.proxy = std::move(*proxy);
    auto state = std::unique_ptr<State>(new State{.executor = executor,
                                                  .settings = std::move(settings),
                                                  .route = std::move(route),
                                                  .gunzip = {},
                                                  .idle = {}});
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

Task<Result<HttpResponse>> HttpClient::request(HttpRequest request) {
    Error error;
    try {
        Result<std::string> text = request_head(request, state_->route.origin.authority());
        if (!text) co_return text.error();
        *text += request.body;
        Result<Answer> answer = co_await state_->attempt(*text);
        if (answer) {
            Result<HttpResponse> response = state_->decode(std::move(*answer));
            if (response) co_return response;
            error = response.error();
        } else {
            error = answer.error();
        }
    } catch (const boost::system::system_error& thrown) {
        // A cancellation may also occur between two operations, as an exception thrown by Asio.
        const bool aborted = thrown.code() == asio::error::operation_aborted;
        error.code = aborted ? ErrorCode::canceled : ErrorCode::unreachable;
        error.subject = state_->route.origin.host_and_port() + ": " + thrown.code().message();
    }
    error.operation = request.operation;
    co_return error;
}

std::size_t HttpClient::connections_opened() const {
    return state_->opened;
}

}  // namespace carecloud
