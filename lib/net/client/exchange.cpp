#include "net/client/exchange.hpp"

#include "base/co_try.hpp"
#include "net/byte_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace carecloud {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

using ResponseParser = http::response_parser<GrowingBody<ByteBuffer>>;

constexpr std::size_t kHeadRead = 64 * 1024;
constexpr std::size_t kBodyRead = 256 * 1024;
constexpr int kInterimAnswersMax = 8;

bool is_end(const error_code& failure) {
    return failure == asio::error::eof || failure == asio::ssl::error::stream_truncated;
}

Error not_http(const HttpConnection& connection, const error_code& failure, std::size_t body_bytes_max) {
    if (failure == http::error::body_limit) {
        return connection.problem(ErrorCode::too_large,
                                  "response larger than " + std::to_string(body_bytes_max) + " bytes");
    }
    if (failure == http::error::header_limit) {
        return connection.problem(ErrorCode::bad_response, "response head larger than 64 KiB");
    }
    return connection.problem(ErrorCode::bad_response, "response is not HTTP/1.1: " + failure.message(),
                              "check the address and the port");
}

Error truncated(const HttpConnection& connection, std::size_t have) {
    return connection.problem(ErrorCode::bad_response,
                              "response truncated after " + std::to_string(have) + " bytes of the body");
}

// Reads more into the connection's buffer.
Task<IoResult> fill(HttpConnection& connection, std::size_t bytes) {
    auto& unread = connection.unread();
    const auto room = unread.prepare(bytes);
    const std::span<char> span(static_cast<char*>(room.data()), room.size());
    const IoResult io = co_await connection.read_some(span);
    unread.commit(io.bytes);
    co_return io;
}

// Lets the parser consume what it can from the buffer.
template <class AnyParser>
error_code digest(HttpConnection& connection, AnyParser& parser) {
    error_code failure;
    auto& unread = connection.unread();
    while (!failure && unread.size() > 0 && !parser.is_done()) {
        const bool in_head = !parser.is_header_done();
        unread.consume(parser.put(unread.data(), failure));
        if (in_head && parser.is_header_done()) break;
    }
    return failure == http::error::need_more ? error_code{} : failure;
}

// Accepts a status line "HTTP/1.1 200" without the blank that RFC 9112 4 requires even if no reason phrase follows.
// Beast rejects it, so the blank is inserted.
void complete_status_line(boost::beast::flat_buffer& unread) {
    constexpr std::string_view shape = "HTTP/1.1 200\r\n";
    constexpr std::size_t blank_at = shape.size() - 2;
    const std::string_view head(static_cast<const char*>(unread.data().data()), unread.size());
    if (!head.starts_with("HTTP/1.") || head.substr(0, shape.size()).find("\r\n") != blank_at) return;
    std::string completed(head);
    completed.insert(blank_at, 1, ' ');
    unread.clear();
    const auto room = unread.prepare(completed.size());
    std::memcpy(room.data(), completed.data(), completed.size());
    unread.commit(completed.size());
}

template <class AnyParser>
Task<Result<>> receive_head(HttpConnection& connection, AnyParser& parser, std::size_t body_bytes_max) {
    while (true) {
        if (!parser.got_some()) complete_status_line(connection.unread());
        const error_code failure = digest(connection, parser);
        if (failure) co_return not_http(connection, failure, body_bytes_max);
        if (parser.is_header_done()) co_return Result<>{};
        const IoResult io = co_await fill(connection, kHeadRead);
        if (!io.failure) continue;
        if (is_end(io.failure) && connection.bytes_read() > 0) {
            co_return connection.problem(ErrorCode::bad_response, "response truncated in the head");
        }
        co_return connection.failed(io.failure, "waiting for the response");
    }
}

// A body of known length is read directly to its destination.
Task<Result<>> receive_sized_body(HttpConnection& connection, std::size_t length, ByteBuffer& body) {
    auto& unread = connection.unread();
    body.reserve(length);
    const std::size_t present = std::min(length, unread.size());
    body.append({static_cast<const char*>(unread.data().data()), present});
    unread.consume(present);
    while (body.size < length) {
        const IoResult io = co_await connection.read_some(body.free_room().first(length - body.size));
        body.size += io.bytes;
        if (!io.failure) continue;
        if (is_end(io.failure)) co_return truncated(connection, body.size);
        co_return connection.failed(io.failure, "reading the response");
    }
    co_return Result<>{};
}

// A chunked body, or one that ends with the connection.
Task<Result<>> receive_streamed_body(HttpConnection& connection, ResponseParser& parser,
                                     std::size_t body_bytes_max) {
    while (true) {
        const error_code failure = digest(connection, parser);
        if (failure) co_return not_http(connection, failure, body_bytes_max);
        if (parser.is_done()) co_return Result<>{};
        const IoResult io = co_await fill(connection, kBodyRead);
        if (!io.failure) continue;
        // Without TLS close_notify the end may be forged by an attacker (RFC 9112 9.8).
        const bool ends_here = parser.need_eof() && io.failure == asio::error::eof;
        if (ends_here) co_return Result<>{};
        if (is_end(io.failure)) co_return truncated(connection, parser.get().body().size);
        co_return connection.failed(io.failure, "reading the response");
    }
}

std::vector<HttpHeader> copy_headers(const http::fields& fields) {
    std::vector<HttpHeader> headers;
    for (const auto& field : fields) {
        headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    return headers;
}

// Receives the final response's head; interim responses (1xx) are skipped (RFC 9110 15.2).
Task<Result<>> receive_final_head(HttpConnection& connection, std::optional<ResponseParser>& parser,
                                  std::size_t body_bytes_max) {
    for (int i = 0; i < kInterimAnswersMax; ++i) {
        parser.emplace();
        parser->header_limit(kHeadBytesMax);
        parser->body_limit(body_bytes_max);
        CO_TRY(receive_head(connection, *parser, body_bytes_max));
        const int status = parser->get().result_int();
        if (status >= 200) co_return Result<>{};
        if (status == 101) break;
    }
    co_return connection.problem(ErrorCode::bad_response, "only interim responses (1xx)");
}

}  // namespace

Task<Result<Answer>> exchange(HttpConnection& connection, std::string_view request,
                              const ExchangeLimits& limits) {
    connection.expire_at(std::min(std::chrono::steady_clock::now() + limits.head, limits.total_by));
    const IoResult sent = co_await connection.write_all(request);
    if (sent.failure) co_return connection.failed(sent.failure, "sending the request");
    std::optional<ResponseParser> parser;
    CO_TRY(receive_final_head(connection, parser, limits.body_bytes_max));

    connection.expire_at(std::min(std::chrono::steady_clock::now() + limits.body, limits.total_by));
    ByteBuffer& body = parser->get().body();
    const auto length = parser->content_length();
    if (!parser->is_done() && length) {
        CO_TRY(receive_sized_body(connection, static_cast<std::size_t>(*length), body));
    } else if (!parser->is_done()) {
        CO_TRY(receive_streamed_body(connection, *parser, limits.body_bytes_max));
    }
    body.reserve(body.size);
    Answer answer{.status = static_cast<int>(parser->get().result_int()),
                  .headers = copy_headers(parser->get()),
                  .reusable = parser->keep_alive() && connection.unread().size() == 0};
    answer.body = std::move(body);
    connection.never_expire();
    co_return answer;
}

Task<Result<>> open_tunnel(HttpConnection& connection, const Origin& origin, const Proxy& proxy) {
    std::string request = "CONNECT " + origin.host_and_port() + " HTTP/1.1\r\n";
    request += "Host: " + origin.host_and_port() + "\r\n";
    if (!proxy.authorization.empty()) request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
    request += "\r\n";
    const IoResult sent = co_await connection.write_all(request);
    if (sent.failure) co_return connection.failed(sent.failure, "requesting a tunnel");
    http::response_parser<http::empty_body> parser;
    parser.header_limit(kHeadBytesMax);
    parser.skip(true);  // a successful response to CONNECT has no body, whatever its head contains
    CO_TRY(receive_head(connection, parser, 0));
    const int status = static_cast<int>(parser.get().result_int());
    if (status == 407) {
        co_return connection.problem(ErrorCode::unreachable,
                                     "HTTP 407: the proxy requires a different user or password",
                                     "check the user and password in HTTPS_PROXY");
    }
    if (status < 200 || status > 299) {
        co_return connection.problem(
            ErrorCode::unreachable,
            "HTTP " + std::to_string(status) + ": the proxy refuses to connect to " + origin.host_and_port(),
            "check the proxy's rules, or add the host to NO_PROXY");
    }
    if (connection.unread().size() > 0) {
        co_return connection.problem(ErrorCode::bad_response, "the proxy sent data into its own tunnel");
    }
    co_return Result<>{};
}

}  // namespace carecloud
