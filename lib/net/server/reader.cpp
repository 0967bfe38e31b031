#include "net/server/reader.hpp"

#include "base/ascii.hpp"
#include "net/byte_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace carecloud {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

using RequestParser = http::request_parser<GrowingBody<std::string>>;
using Refusal = std::optional<ServerResponse>;
using End = ServerReading::End;

constexpr std::size_t kRequestHeadRead = 4 * 1024;
constexpr std::size_t kRequestBodyRead = 16 * 1024;
// The shortest rest of a chunked body: "0\r\n\r\n".
constexpr std::size_t kChunkedRestMin = 5;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view(boost::beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

// Whether it is an HTTP request line of any version. It must have three parts, because a blank in the target is an
// error in any version.
bool names_a_version(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::string_view version = line.substr(std::min(line.rfind(' ') + 1, line.size()));
    return std::count(line.begin(), line.end(), ' ') == 2 && version.size() >= 6 &&
           version.starts_with("HTTP/") && version[5] >= '0' && version[5] <= '9';
}

ServerResponse refusal_for(const error_code& failure, std::string_view unread, const ServerLimits& limits) {
    if (failure == http::error::header_limit) {
        return plain_refusal(431,
                             "The request head exceeds " + std::to_string(limits.head_bytes_max) + " bytes.");
    }
    if (failure == http::error::body_limit) {
        return plain_refusal(413,
                             "The request body exceeds " + std::to_string(limits.body_bytes_max) + " bytes.");
    }
    if (failure == http::error::bad_version && names_a_version(unread)) {
        return plain_refusal(505, "This server supports HTTP/1.1 and HTTP/1.0.");
    }
    return plain_refusal(400, "Not a valid HTTP/1.1 request: " + failure.message() + ".");
}

// Lets the parser consume as much as possible of the buffer. Returns the number of bytes consumed.
std::size_t digest(boost::beast::flat_buffer& unread, RequestParser& parser, error_code& failure) {
    std::size_t taken = 0;
    failure = {};
    while (!failure && unread.size() > 0 && !parser.is_done()) {
        const bool in_head = !parser.is_header_done();
        // Beast 1.81 asserts that the last chunk's "0\r\n\r\n" is complete when it is called a second time.
        if (!in_head && parser.chunked() && unread.size() < kChunkedRestMin) break;
        const std::size_t count = parser.put(unread.data(), failure);
        unread.consume(count);
        taken += count;
        if (in_head && parser.is_header_done()) break;
    }
    if (failure == http::error::need_more) failure = {};
    return taken;
}

// Skips empty lines before a request (RFC 9112 2.2). False if there is too little data to decide.
bool skip_empty_lines(boost::beast::flat_buffer& unread) {
    while (view(unread).starts_with("\r\n"))
        unread.consume(2);
    return unread.size() > 0 && view(unread) != "\r";
}

ServerReading refused(ServerResponse refusal) {
    ServerReading reading;
    reading.end = End::refused;
    reading.refusal = std::move(refusal);
    return reading;
}

// The result of a failed read. Not 408 for a slow client: a sender such as SNS never retries after a 4xx, and the
// network may be better next time. For the same reason there is no response if the server ended the reading.
ServerReading incomplete(const ServerConnection& connection, const error_code& failure) {
    if (failure != boost::asio::error::eof || connection.reading_ended()) return {};
    if (connection.expired()) return refused(plain_refusal(503, "The request timed out."));
    return refused(plain_refusal(400, "The request is incomplete."));
}

ServerReading proceed() {
    ServerReading reading;
    reading.end = End::request;
    return reading;
}

Task<ServerReading> receive_head(ServerConnection& connection, RequestParser& parser,
                                 const ServerLimits& limits) {
    auto& unread = connection.unread();
    // Counted here, too, because Beast 1.81 compares its limit only with the rest of a call: a client whose writes each
    // end one byte into a line could send any number of headers.
    std::size_t head_bytes = 0;
    while (true) {
        error_code failure;
        if (head_bytes > 0 || skip_empty_lines(unread)) head_bytes += digest(unread, parser, failure);
        const bool done = !failure && parser.is_header_done();
        if (!failure && head_bytes + (done ? 0 : unread.size()) > limits.head_bytes_max) {
            failure = http::error::header_limit;
        }
        if (failure) co_return refused(refusal_for(failure, view(unread), limits));
        if (done) co_return proceed();
        failure = co_await connection.fill(kRequestHeadRead);
        const bool begun = head_bytes > 0 || skip_empty_lines(unread);
        if (failure && !begun) co_return ServerReading{};
        if (failure) co_return incomplete(connection, failure);
    }
}

// Whether the whole request has been received.
bool is_received(RequestParser& parser, const boost::beast::flat_buffer& unread) {
    if (parser.is_done()) return true;
    const auto length = parser.content_length();
    return length && unread.size() >= *length;
}

Task<ServerReading> receive_body(ServerConnection& connection, RequestParser& parser,
                                 const ServerLimits& limits, BodyBudget::Share& share) {
    auto& unread = connection.unread();
    while (true) {
        error_code failure;
        digest(unread, parser, failure);
        if (failure) co_return refused(refusal_for(failure, {}, limits));
        if (!share.hold(parser.get().body().capacity())) {
            co_return refused(plain_refusal(503, "Too many large requests at once: try again later."));
        }
        if (parser.is_done()) co_return proceed();
        // Beast limits neither the line that opens a chunk nor the trailer.
        if (unread.size() > limits.head_bytes_max) {
            co_return refused(plain_refusal(400, "A chunk's extension or the trailer is too long."));
        }
        failure = co_await connection.fill(kRequestBodyRead);
        if (failure) co_return incomplete(connection, failure);
    }
}

// Refuses requests that Beast accepts, but that another program on the way might interpret differently (RFC 9112 3.2,
// 6.1, 6.3). For example, with a Transfer-Encoding other than "chunked" Beast sees no body, and would parse the body as
// the next request.
Refusal framing_refusal(const RequestParser& parser) {
    const auto& head = parser.get();
    const bool old = head.version() < 11;
    const auto hosts = head.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && !old))
        return plain_refusal(400, "There must be exactly one Host header.");
    const std::string_view target(head.target().data(), head.target().size());
    if (!std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
        return plain_refusal(400, "The target must be ASCII, percent-encoded.");
    }
    const auto encodings = head.count(http::field::transfer_encoding);
    if (encodings == 0) return std::nullopt;
    if (old || encodings > 1 || head.count(http::field::content_length) > 0) {
        return plain_refusal(400,
                             "Transfer-Encoding is allowed only once, in HTTP/1.1, without Content-Length.");
    }
    if (!ascii_iequals(head[http::field::transfer_encoding], "chunked")) {
        return plain_refusal(501, "The only supported Transfer-Encoding is chunked.");
    }
    return std::nullopt;
}

void copy_head(const RequestParser& parser, ServerReading& reading) {
    const auto& head = parser.get();
    reading.request.method = std::string(head.method_string());
    reading.request.target = std::string(head.target());
    for (const auto& field : head) {
        reading.request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    reading.http_1_0 = head.version() < 11;
}

// A client may wait for an interim response before it sends its body (RFC 9110 10.1.1).
Task<ServerReading> meet_expectation(ServerConnection& connection, const RequestParser& parser,
                                     const ServerTimeouts& timeouts) {
    const std::string_view expected = parser.get()[http::field::expect];
    if (expected.empty() || parser.get().version() < 11) co_return proceed();
    if (!ascii_iequals(expected, "100-continue")) {
        co_return refused(plain_refusal(417, "The only supported expectation is 100-continue."));
    }
    if (parser.is_done() || connection.unread().size() > 0) co_return proceed();
    connection.expire_after(timeouts.write, ServerConnection::Expiry::close);
    const error_code failure = co_await connection.write(kContinue, {});
    co_return failure ? ServerReading{} : proceed();
}

}  // namespace

ServerResponse plain_refusal(int status, std::string text) {
    text += '\n';
    return {.status = status,
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
            .body = std::move(text),
            .close = true};
}

Task<ServerReading> read_request(ServerConnection& connection, const HttpServerSettings& settings,
                                 BodyBudget::Share& share) {
    const ServerLimits& limits = settings.limits;
    const ServerTimeouts& timeouts = settings.timeouts;
    RequestParser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
    parser.body_limit(limits.body_bytes_max);
    connection.expire_after(timeouts.head, ServerConnection::Expiry::end_reading);
    ServerReading reading = co_await receive_head(connection, parser, limits);
    if (reading.end != End::request) co_return reading;
    Refusal framing = framing_refusal(parser);
    if (framing) co_return refused(std::move(*framing));
    // Before the body: Beast adds the trailer's fields to the head's (RFC 9110 6.5.1 forbids it).
    copy_head(parser, reading);
    reading.request.peer = connection.peer();
    if (settings.refuse_head && !is_received(parser, connection.unread())) {
        Refusal by_head = settings.refuse_head(reading.request);
        if (by_head) co_return refused(std::move(*by_head));
    }
    const ServerReading met = co_await meet_expectation(connection, parser, timeouts);
    if (met.end != End::request) co_return met;
    connection.expire_after(timeouts.body, ServerConnection::Expiry::end_reading);
    ServerReading body = co_await receive_body(connection, parser, limits, share);
    if (body.end != End::request) co_return body;
    reading.request.body = std::move(parser.get().body());
    reading.keep_alive = parser.keep_alive();
    co_return reading;
}

}  // namespace carecloud
