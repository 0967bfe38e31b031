#include "net/http_message.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace carecloud {

namespace {

bool is_visible(char c) {
    return c > 0x20 && c < 0x7f;
}

// RFC 9110 5.6.2.
bool is_token_character(char c) {
    constexpr std::string_view delimiters = "\"(),/:;<=>?@[\\]{}";
    return is_visible(c) && delimiters.find(c) == std::string_view::npos;
}

Error refused(const HttpRequest& request, std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = request.operation,
            .subject = std::move(what),
            .hint = "use printable ASCII only"};
}

bool needs_length(const HttpRequest& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT";
}

}  // namespace

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
        return ascii_iequals(header.first, name);
    });
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_header_value(std::string_view text) {
    if (text.empty()) return true;
    if (!is_visible(text.front()) || !is_visible(text.back())) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_visible(c) || c == ' '; });
}

Result<std::string> request_head(const HttpRequest& request, std::string_view host) {
    if (!is_token(request.method)) return refused(request, "invalid request method");
    if (!request.target.starts_with('/') ||
        !std::all_of(request.target.begin(), request.target.end(), is_visible)) {
        return refused(request, "invalid request path");
    }
    std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: ";
    head += host;
    head += "\r\nAccept-Encoding: gzip\r\n";
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return refused(request, "invalid header name");
        if (!is_header_value(value)) return refused(request, "invalid value of header " + name);
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (needs_length(request)) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    head += "\r\n";
    return head;
}

}  // namespace carecloud
