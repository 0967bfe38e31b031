#include "portal/publisher_wire.hpp"

#include "base/ascii.hpp"
#include "base/loopback.hpp"
#include "net/client/tls_client.hpp"
#include "portal/portal_reply.hpp"
#include "portal/publisher_identity.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 20;

Error bad_endpoint(std::string subject, std::string hint) {
    return {ErrorCode::invalid_argument, "subscribe an endpoint", std::move(subject), std::move(hint)};
}

bool asks_for_basic(const Answer& answer) {
    return answer.status == 401 &&
           std::any_of(answer.headers.begin(), answer.headers.end(), [](const HttpHeader& header) {
               return ascii_iequals(header.first, "WWW-Authenticate") &&
                      ascii_iequals(std::string_view(header.second).substr(0, 5), "basic");
           });
}

}  // namespace

Result<PublisherEndpoint> parse_endpoint(std::string_view url) {
    // User information is removed first: the client's parser refuses it.
    const std::size_t host_at = url.find("://") == std::string_view::npos ? 0 : url.find("://") + 3;
    const std::size_t path_at = std::min(url.find_first_of("/?#", host_at), url.size());
    const std::size_t at = url.substr(0, path_at).rfind('@');
    std::string plain(url);
    std::string credentials;
    if (at != std::string_view::npos && at >= host_at) {
        credentials = percent_decoded(url.substr(host_at, at - host_at));
        plain.erase(host_at, at + 1 - host_at);
    }
    const auto parsed = parse_http_url(plain);
    if (!parsed) return bad_endpoint(parsed.error().subject, parsed.error().hint);
    if (!is_loopback_host(parsed->origin.host))
        return bad_endpoint(parsed->origin.host, "this portal delivers to loopback only");
    PublisherEndpoint endpoint{.origin = parsed->origin, .target = parsed->target, .shown = plain};
    if (!credentials.empty()) endpoint.authorization = "Basic " + base64_of(credentials);
    return endpoint;
}

Result<EndpointTls> endpoint_tls(const std::string& ca_file, bool verify) {
    auto context = make_client_tls(verify ? ca_file : std::string());
    if (!context) return context.error();
    boost::system::error_code failure;
    if (!verify) (*context)->set_verify_mode(boost::asio::ssl::verify_none, failure);
    if (failure) return bad_endpoint("TLS", failure.message());
    return *context;
}

PublisherWire::PublisherWire(boost::asio::any_io_executor executor, PublisherEndpoint endpoint,
                             EndpointTls tls, std::chrono::milliseconds timeout)
    : executor_(std::move(executor)),
      endpoint_(std::move(endpoint)),
      timeout_(timeout),
      route_{.origin = endpoint_.origin, .proxy = {}, .tls = std::move(tls)} {}

std::shared_ptr<HttpConnection> PublisherWire::take_kept() {
    while (!kept_.empty()) {
        auto connection = std::move(kept_.back());
        kept_.pop_back();
        if (connection->looks_alive()) return connection;
    }
    return nullptr;
}

Task<Result<Answer>> PublisherWire::send(std::string_view request, SteadyTime deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const ExchangeLimits limits{
        .head = left, .body = left, .total_by = deadline, .body_bytes_max = kAnswerBytesMax};
    auto connection = take_kept();
    if (connection) {
        Result<Answer> answer = co_await exchange(*connection, request, limits);
        const bool died_unheard =
            !answer && answer.error().code == ErrorCode::unreachable && connection->bytes_read() == 0;
        if (answer && answer->reusable) kept_.push_back(connection);
        if (!died_unheard) co_return answer;
    }
    connection = std::make_shared<HttpConnection>(executor_, route_);
    ++opened_;
    const Result<> open = co_await connection->open(deadline);
    if (!open) co_return open.error();
    Result<Answer> answer = co_await exchange(*connection, request, limits);
    if (answer && answer->reusable) kept_.push_back(connection);
    co_return answer;
}

Task<Result<Answer>> PublisherWire::challenge(const HttpPost& post, SteadyTime deadline, bool& challenged) {
    HttpRequest request{.method = "POST",
                        .target = endpoint_.target,
                        .headers = post.headers,
                        .body = post.body,
                        .operation = "deliver"};
    Result<std::string> head = request_head(request, endpoint_.origin.authority());
    if (!head) co_return head.error();
    std::string text = *head + post.body;
    Result<Answer> answer = co_await send(text, deadline);
    if (!answer || endpoint_.authorization.empty() || !asks_for_basic(*answer)) co_return answer;
    challenged = true;
    request.headers.emplace_back("Authorization", endpoint_.authorization);
    head = request_head(request, endpoint_.origin.authority());
    if (!head) co_return head.error();
    text = *head + post.body;
    co_return co_await send(text, deadline);
}

Task<WireAnswer> PublisherWire::post(const HttpPost& post) {
    const SteadyTime start = std::chrono::steady_clock::now();
    const SteadyTime deadline = start + timeout_;
    WireAnswer result;
    const Result<Answer> answer = co_await challenge(post, deadline, result.challenged);
    result.latency = std::chrono::steady_clock::now() - start;
    if (answer)
        result.status = answer->status;
    else
        result.error = answer.error().message();
    co_return result;
}

}  // namespace carecloud
