// URLs of HTTP requests: parsed once, checked, and stored in parts.
//
//     Result<HttpUrl> url = parse_http_url("https://portal.example.org/api");
//     url->origin.host, url->target  →  "portal.example.org", "/api"
//
// Pure; thread-safe.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct Origin {
    bool tls = true;
    std::string host;  // lower case; an IPv6 address without brackets
    std::uint16_t port = 443;

    // "portal.example.org", "[::1]:8443": as in a Host header, without the scheme's default port.
    std::string authority() const;
    // "portal.example.org:443": always with the port, as for CONNECT and in messages.
    std::string host_and_port() const;

    friend bool operator==(const Origin&, const Origin&) = default;
};

struct HttpUrl {
    Origin origin;
    std::string target;  // path and query, percent-encoded; at least "/"
};

// Accepts only http and https. Errors (invalid_argument): not a URL, another scheme, no host, user info (a URL must not
// contain a secret), a fragment, or http to a host that is not loopback. Errors never repeat the user info.
Result<HttpUrl> parse_http_url(std::string_view text);

// A name that is valid, unchanged, for DNS, SNI and a Host header; in lower case.
bool is_host_name(std::string_view host);
// An IPv4 or IPv6 address, without brackets.
bool is_ip_address(std::string_view host);

// A decimal number from 1 to 65535. (Boost.URL 1.81 wraps larger numbers around.)
std::optional<std::uint16_t> parse_port(std::string_view text);

// Percent-encodes all but letters, digits, '-', '.', '_' and '~' (RFC 3986 2.1), for one path segment or one query
// value.
std::string percent_encode(std::string_view text);

}  // namespace carecloud
