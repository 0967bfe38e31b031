#include "runtime/listen_address.hpp"

#include "base/loopback.hpp"
#include "runtime/text.hpp"

#include <charconv>
#include <optional>

#include <boost/asio/ip/address.hpp>

namespace carecloud {
namespace {

// The size of sockaddr_un's sun_path (unix(7)), without its NUL.
constexpr std::size_t kUnixPathMax = 107;

std::optional<boost::asio::ip::address> address_of(std::string_view host) {
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(std::string(host), failure);
    if (failure) return std::nullopt;
    return address;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

Error wrong_address(std::string_view text, std::string_view what, std::string_view remedy) {
    return Error{ErrorCode::invalid_argument, "parse an address", in_quotes(text, 120) + std::string(what),
                 std::string(remedy)};
}

Result<ListenAddress> parse_unix(std::string_view text) {
    const std::string_view path = text.substr(5);
    if (!path.starts_with('/'))
        return wrong_address(text, " is not an absolute path", "use unix:/run/… with the full path");
    if (path.size() > kUnixPathMax)
        return wrong_address(text, " is too long for a socket path", "use a path of at most 107 bytes");
    return ListenAddress{.host = {}, .port = 0, .unix_path = std::string(path)};
}

}  // namespace

bool ListenAddress::loopback() const {
    return is_unix() || is_loopback_host(host);
}

std::string ListenAddress::to_string() const {
    if (is_unix()) return "unix:" + unix_path;
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen_address(std::string_view text, bool unix_allowed) {
    const std::string_view remedy = unix_allowed ? "use address:port, such as 127.0.0.1:8461, or unix:/path"
                                                 : "use address:port, such as 0.0.0.0:8443 or [::]:8443";
    if (text.starts_with("unix:")) {
        if (unix_allowed) return parse_unix(text);
        return wrong_address(text, " is a Unix socket, which is not supported here", remedy);
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong_address(text, " has no port", remedy);
    std::string_view host = text.substr(0, colon);
    const auto port = port_of(text.substr(colon + 1));
    if (!port) return wrong_address(text, " has an invalid port (0 to 65535)", remedy);
    const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = address_of(host);
    if (address && address->is_v6() != bracketed)
        return wrong_address(text, " has unbalanced brackets", remedy);
    if (!address && (bracketed || host != "localhost")) {
        return wrong_address(text, " is not an IP address or localhost", remedy);
    }
    return ListenAddress{.host = std::string(host), .port = *port, .unix_path = {}};
}

}  // namespace carecloud
