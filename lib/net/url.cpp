#include "net/url.hpp"

#include "base/ascii.hpp"
#include "base/loopback.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

namespace carecloud {

namespace urls = boost::urls;

namespace {

Error bad_url(std::string what, std::string hint) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse the URL",
            .subject = std::move(what),
            .hint = std::move(hint)};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string with_port(const std::string& host, std::uint16_t port) {
    const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == 0 ? bracketed : bracketed + ":" + std::to_string(port);
}

// "[fe80::1%25eth0]": an address that is valid on only one machine. Boost.URL 1.81 rejects it, 1.83 accepts it.
bool has_zone(const urls::url_view& url) {
    return url.encoded_host().starts_with('[') && url.encoded_host().contains('%');
}

Result<std::string> host_of(const urls::url_view& url) {
    // Boost.URL 1.81, but not 1.83, parses "127.0.0.1.example.org" as the address, and the rest as the path.
    const std::string path(url.encoded_path());
    if (!path.empty() && path.front() != '/') {
        return bad_url("host name starts with an IP address", "use another name of that host");
    }
    std::string host = ascii_lower(std::string(url.host_address()));
    if (host.size() > 1 && host.back() == '.')
        host.pop_back();  // the trailing dot is not part of a certificate's name
    if (url.host_type() == urls::host_type::ipv4 || url.host_type() == urls::host_type::ipv6) return host;
    if (is_host_name(host)) return host;
    return bad_url("missing or invalid host name", "use https://host[:port]/path");
}

Result<std::uint16_t> port_of(const urls::url_view& url, bool tls) {
    if (!url.has_port() || url.port().empty()) return static_cast<std::uint16_t>(tls ? 443 : 80);
    const auto port = parse_port(url.port());
    if (port) return *port;
    return bad_url("invalid port", "use 1 to 65535");
}

std::string target_of(const urls::url_view& url) {
    std::string target(url.encoded_path());
    if (target.empty()) target = "/";
    if (url.has_query()) target += "?" + std::string(url.encoded_query());
    return target;
}

}  // namespace

std::string Origin::authority() const {
    const std::uint16_t usual = tls ? 443 : 80;
    return with_port(host, port == usual ? std::uint16_t{0} : port);
}

std::string Origin::host_and_port() const {
    return with_port(host, port);
}

bool is_host_name(std::string_view host) {
    constexpr std::size_t length_max = 253;
    return !host.empty() && host.size() <= length_max && host.front() != '.' &&
           std::all_of(host.begin(), host.end(), is_host_character);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

bool is_ip_address(std::string_view host) {
    boost::system::error_code failure;
    boost::asio::ip::make_address(std::string(host), failure);
    return !failure;
}

std::string percent_encode(std::string_view text) {
    return urls::encode(text, urls::unreserved_chars);
}

Result<HttpUrl> parse_http_url(std::string_view text) {
    const auto parsed = urls::parse_uri(text);
    if (!parsed || has_zone(*parsed)) return bad_url("not a URL", "use https://host[:port]/path");
    const urls::url_view& url = *parsed;
    const bool tls = url.scheme_id() == urls::scheme::https;
    if (!tls && url.scheme_id() != urls::scheme::http) {
        return bad_url("the scheme must be https:// or http://", "use https://");
    }
    if (url.has_userinfo()) return bad_url("contains a user name or password", "remove it");
    if (url.has_fragment()) return bad_url("contains a fragment (#...)", "remove it");
    const Result<std::string> host = host_of(url);
    if (!host) return host.error();
    const Result<std::uint16_t> port = port_of(url, tls);
    if (!port) return port.error();
    if (!tls && !is_loopback_host(*host)) {
        return bad_url("http:// to " + *host, "http is only allowed to loopback: use https://");
    }
    return HttpUrl{.origin = {.tls = tls, .host = *host, .port = *port}, .target = target_of(url)};
}

}  // namespace carecloud
