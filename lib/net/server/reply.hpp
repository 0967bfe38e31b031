// The bytes before an answer's body, and around its pieces.
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "net/server/message.hpp"

#include <string>
#include <string_view>

namespace carecloud {

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
