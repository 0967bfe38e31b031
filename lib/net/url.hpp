// Where an HTTP request goes: the address parsed once, checked, and kept in parts.
//
//     Result<HttpUrl> url = parse_http_url("https://portal.example.org/api");
//     url->origin.host, url->target  →  "portal.example.org", "/api"
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct Origin {
    bool tls = true;
    std::string host;  // lower case; an IPv6 address without its brackets
    std::uint16_t port = 443;

    // "portal.example.org", "[::1]:8443": as in a Host header; the scheme's own port is left out.
    std::string authority() const;
    // "portal.example.org:443": always with the port, as CONNECT and messages want it.
    std::string host_and_port() const;

    friend bool operator==(const Origin&, const Origin&) = default;
};

struct HttpUrl {
    Origin origin;
    std::string target;  // path and query, percent-encoded; at least "/"
};

// Takes http and https only. Errors (invalid_argument): not a URL, another scheme, no host, user info (a
// secret does not belong there), a fragment, and http to anything that is not loopback. Messages never repeat
// the user info.
Result<HttpUrl> parse_http_url(std::string_view text);

// A name that DNS, SNI and a Host header all take as it stands; in lower case.
bool is_host_name(std::string_view host);
// An IPv4 or IPv6 address, without brackets.
bool is_ip_address(std::string_view host);

// A decimal number of 1 to 65535. (Boost.URL 1.81 wraps around beyond.)
std::optional<std::uint16_t> parse_port(std::string_view text);

// RFC 3986 2.1: everything but letters, digits, '-', '.', '_' and '~'. For one path segment or one query
// value.
std::string percent_encode(std::string_view text);

}  // namespace carecloud
