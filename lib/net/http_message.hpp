// A request and its answer, as HttpClient takes and gives them, and the text of what stands in their heads.
//
// Pure; safe on any thread.
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

// The value of the first header of that name, in any case; empty if there is none.
std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";  // path and query, percent-encoded
    // Host, Content-Length, Accept-Encoding and Connection are the client's own.
    std::vector<HttpHeader> headers{};
    std::string body{};
    std::string operation = "request";  // how errors call what is being done
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers{};  // in the order of the answer
    std::unique_ptr<char[]> body{};     // inflated; kBodyPadding bytes of spare room follow; never null
    std::size_t size = 0;

    std::string_view text() const { return {body.get(), size}; }
    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// The bytes before a request's body. Errors (invalid_argument): a method or a header's name that is no token,
// a target or a header's value with a control character, which would smuggle in headers of its own (RFC
// 9110 5.5). The message names the header, never its value.
Result<std::string> request_head(const HttpRequest& request, std::string_view host);

// Whether a text may be a method or a header's name (RFC 9110 5.6.2).
bool is_token(std::string_view text);

// Whether a text may stand as a header's value: printable ASCII, blanks inside, no blank at either end.
bool is_header_value(std::string_view text);

// The time in a `Date` or `Retry-After` header (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", and the two obsolete
// forms that a recipient must take as well: "Sunday, 06-Nov-94 08:49:37 GMT" (a year that would lie more than 50 years
// after `now` is one of the century before) and "Sun Nov  6 08:49:37 1994". Anything else is nullopt.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);

// The first of these forms, for a `Date` header.
std::string format_http_date(Timestamp at);

}  // namespace carecloud
