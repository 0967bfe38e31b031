// A request and its response, as HttpClient accepts and returns them, and functions for the text of their heads.
//
// Pure; thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

using HttpHeader = std::pair<std::string, std::string>;

// The value of the first header with that name, which is case-insensitive; empty if there is none.
std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";  // path and query, percent-encoded
    // Must not contain Host, Content-Length, Accept-Encoding or Connection, which the client manages.
    std::vector<HttpHeader> headers{};
    std::string body{};
    std::string operation = "request";  // the operation's name in errors
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers{};  // in the order of the response
    std::unique_ptr<char[]> body{};     // inflated; kBodyPadding bytes of spare room follow; never null
    std::size_t size = 0;

    std::string_view text() const { return {body.get(), size}; }
    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// The bytes before a request's body. Errors (invalid_argument): a method or header name that is not a token, or a
// target or header value with a control character, which could inject headers (RFC 9110 5.5). The error names the
// header, never its value.
Result<std::string> request_head(const HttpRequest& request, std::string_view host);

// Whether a text is valid as a method or a header name (RFC 9110 5.6.2).
bool is_token(std::string_view text);

// Whether a text is valid as a header value: printable ASCII, with blanks only inside.
bool is_header_value(std::string_view text);

// The time in a `Date` or `Retry-After` header (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", or one of the two
// obsolete forms that a recipient must accept: "Sunday, 06-Nov-94 08:49:37 GMT" (a year more than 50 years after `now`
// is in the previous century) and "Sun Nov  6 08:49:37 1994". Returns std::nullopt for anything else.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);

// Formats a time in the first of these forms, for a `Date` header.
std::string format_http_date(Timestamp at);

}  // namespace carecloud
