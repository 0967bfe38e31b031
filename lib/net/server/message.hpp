// A request as HttpServer passes it to its handler, the handler's answer, and the bytes around that answer's body.
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
    std::vector<HttpHeader> headers{};  // those of one name stand together
    std::string body{};                 // whole; never longer than the server's limit
    std::string peer{};                 // "203.0.113.7:51234", for display only; empty for a Unix socket

    // Without the query.
    std::string_view path() const;
    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// The rest of a body whose length nobody knows beforehand, piece by piece: none is its end. It is asked for the next
// piece when the last one was sent, so that a slow client holds one piece and no more. Called and canceled as a
// handler is; where it throws the connection ends in the middle, and the client sees that.
using BodySource = std::function<Task<std::optional<std::string>>()>;

struct ServerResponse {
    int status = 200;
    // Content-Length, Transfer-Encoding, Connection, Date and Server are the server's own.
    std::vector<HttpHeader> headers{};
    std::string body{};
    bool close = false;  // the connection ends after this answer
    BodySource more{};   // what follows `body`; empty: nothing does
};

// Called on the I/O thread, for one request of a connection at a time, for many connections at once. It must not
// throw. Its coroutine is canceled (terminal) when the server cuts the connection: at the end of a stop's grace,
// or when it is destroyed. That the client is gone shows only when the answer is written.
using ServerHandler = std::function<Task<ServerResponse>(const ServerRequest& request)>;

// How an answer is framed. What follows is the server's own: pure, safe on any thread.
struct ReplyFraming {
    bool keep_alive = true;
    bool http_1_0 = false;  // the request's version: keeping alive must be said then
    Timestamp date{};
};

// Headers of the response that are the server's own are left out. Errors (invalid_argument): a status outside
// of 200 to 599, a header's name that is no token, or a value that would smuggle in headers of its own; the
// message names the header, never its value.
Result<std::string> reply_head(const ServerResponse& response, const ReplyFraming& framing);

// A piece of a body in chunks; without bytes, the body's end (RFC 9112 7.1).
std::string chunk_of(std::string_view bytes);

// Whether answers of that status may have a body (RFC 9110 6.4.1).
bool status_allows_body(int status);

}  // namespace carecloud
