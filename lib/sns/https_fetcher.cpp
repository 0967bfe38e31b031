#include "sns/https_fetcher.hpp"

#include "base/co_try.hpp"
#include "net/client/http_client.hpp"

#include <memory>
#include <utility>

#include <boost/asio/this_coro.hpp>

namespace carecloud {
namespace {

HttpClientSettings client_settings(const HttpsFetcherSettings& settings, const Origin& origin) {
    HttpClientSettings client;
    client.origin = origin;
    client.ca_file = settings.ca_file;
    client.timeouts = {.connect = settings.timeout,
                       .head = settings.timeout,
                       .body = settings.timeout,
                       .total = settings.timeout};
    client.response_bytes_max = settings.response_bytes_max;
    client.proxy = settings.proxy;
    client.idle_connections_max = 0;
    return client;
}

Error bad_status(int status, const std::string& host, std::string operation) {
    return {.code = status >= 500 ? ErrorCode::server_failed : ErrorCode::refused,
            .operation = std::move(operation),
            .subject = host + ": HTTP " + std::to_string(status),
            .hint = {}};
}

}  // namespace

Task<Result<std::string>> NetworkFetcher::fetch(HttpUrl url, std::string operation) {
    const auto executor = co_await boost::asio::this_coro::executor;
    // The client is owned by this frame, so canceling the fetch also closes its connection.
    const Result<std::unique_ptr<HttpClient>> client =
        HttpClient::create(executor, client_settings(settings_, url.origin));
    if (!client) co_return client.error();
    HttpRequest request;
    request.target = std::move(url.target);
    request.operation = operation;
    const std::string host = url.origin.host_and_port();
    CO_TRY_ASSIGN(const HttpResponse response, (*client)->request(std::move(request)));
    const int status = response.status;
    if (status < 200 || status > 299) co_return bad_status(status, host, std::move(operation));
    co_return std::string(response.text());
}

}  // namespace carecloud
