// A request as HttpServer passes it to its handler, the handler's response, and the framing of the response's body.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "net/http_message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct ServerRequest {
    std::string method;
    std::string target;                 // as sent: path and query, percent-encoded
    std::vector<HttpHeader> headers{};  // those with the same name are adjacent
    std::string body{};                 // complete; within the server's limit
    std::string peer{};                 // "203.0.113.7:51234", for display only; empty for a Unix socket

    // The target without the query.
    std::string_view path() const;
    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// Produces the rest of a body of unknown length, piece by piece; std::nullopt is its end. The next piece is requested
// when the last one was sent, so a slow client occupies the memory of only one piece. Called and canceled like a
// handler. If it throws, the connection ends within the body, which the client detects.
using BodySource = std::function<Task<std::optional<std::string>>()>;

struct ServerResponse {
    int status = 200;
    // Content-Length, Transfer-Encoding, Connection, Keep-Alive, Date and Server are ignored: only the server sets
    // them.
    std::vector<HttpHeader> headers{};
    std::string body{};
    bool close = false;  // the connection ends after this response
    BodySource more{};   // produces what follows `body`; may be empty
};

// Called on the I/O thread: for one request of a connection at a time, but for many connections concurrently. It should
// not throw. Its coroutine is canceled (terminal) if the server closes the connection: at the end of the grace period
// of a stop, or when the server is destroyed. A disconnected client is noticed only when the response is written.
using ServerHandler = std::function<Task<ServerResponse>(const ServerRequest& request)>;

// The framing of a response. For the server's implementation, as are the functions below. Pure; thread-safe.
struct ReplyFraming {
    bool keep_alive = true;
    bool http_1_0 = false;  // the request's version: keep-alive must then be explicit
    Timestamp date{};
};

// Headers of the response that only the server sets are omitted. Errors (invalid_argument): a status that is not 200 to
// 599, a header name that is not a token, or a value that could inject headers. The error names the header, never its
// value.
Result<std::string> reply_head(const ServerResponse& response, const ReplyFraming& framing);

// A chunk of a body; without bytes, the end of the body (RFC 9112 7.1).
std::string chunk_of(std::string_view bytes);

// Whether a response with that status may have a body (RFC 9110 6.4.1).
bool status_allows_body(int status);

}  // namespace carecloud
