#include "net/server/message.hpp"

#include "base/ascii.hpp"
#include "net/http_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

namespace carecloud {

namespace http = boost::beast::http;

namespace {

Error cannot_answer(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "answer a request",
            .subject = std::move(what),
            .hint = "internal error: please report it"};
}

bool is_servers_own(std::string_view name) {
    constexpr std::array<std::string_view, 6> own{
        "content-length", "transfer-encoding", "connection", "keep-alive", "date", "server"};
    return std::any_of(own.begin(), own.end(),
                       [&](std::string_view one) { return ascii_iequals(one, name); });
}

std::string reason_of(int status) {
    const http::status known = http::int_to_status(static_cast<unsigned>(status));
    return known == http::status::unknown ? std::string() : std::string(http::obsolete_reason(known));
}

}  // namespace

std::string_view ServerRequest::path() const {
    std::string_view rest = std::string_view(target).substr(0, target.find('?'));
    // "http://host/path", as in a request to a proxy, must be accepted by every server (RFC 9112 3.2.2).
    const auto authority = rest.starts_with('/') ? std::string_view::npos : rest.find("://");
    if (authority == std::string_view::npos) return rest;
    const auto path_begin = rest.find('/', authority + 3);
    return path_begin == std::string_view::npos ? std::string_view("/") : rest.substr(path_begin);
}

bool status_allows_body(int status) {
    return status != 204 && status != 304;
}

Result<std::string> reply_head(const ServerResponse& response, const ReplyFraming& framing) {
    if (response.status < 200 || response.status > 599) {
        return cannot_answer("invalid status " + std::to_string(response.status));
    }
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status) +
                       "\r\nDate: " + format_http_date(framing.date) + "\r\n";
    if (!framing.keep_alive) head += "Connection: close\r\n";
    if (framing.keep_alive && framing.http_1_0) head += "Connection: keep-alive\r\n";
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name)) return cannot_answer("invalid header name");
        if (!is_header_value(value)) return cannot_answer("invalid value of header " + name);
        if (!is_servers_own(name)) head.append(name).append(": ").append(value).append("\r\n");
    }
    if (response.more && status_allows_body(response.status)) {
        // HTTP/1.0 has no chunks: the end of the connection is the end of the body.
        if (!framing.http_1_0) head += "Transfer-Encoding: chunked\r\n";
    } else if (status_allows_body(response.status)) {
        head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    head += "\r\n";
    return head;
}

std::string chunk_of(std::string_view bytes) {
    std::array<char, 16> size{};
    const auto [end, failure] = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16);
    std::string chunk(size.data(), end);
    chunk.append("\r\n").append(bytes).append("\r\n");
    return chunk;
}

}  // namespace carecloud
