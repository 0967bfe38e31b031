#include "net/client/proxy.hpp"

#include "base/ascii.hpp"
#include "base/loopback.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/evp.h>

namespace carecloud {

namespace urls = boost::urls;
namespace ip = boost::asio::ip;

namespace {

std::string first_set(const char* preferred, const char* other) {
    for (const char* name : {preferred, other}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return {};
}

std::string base64(std::string_view text) {
    std::vector<unsigned char> out(4 * ((text.size() + 2) / 3) + 1);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const int length = EVP_EncodeBlock(out.data(), bytes, static_cast<int>(text.size()));
    return {out.begin(), out.begin() + length};
}

Error bad_proxy(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "read HTTPS_PROXY",
            .subject = std::move(what),
            .hint = "use http://[user:password@]host:port"};
}

bool in_network(const std::string& network, const std::string& host) {
    boost::system::error_code failure;
    const auto address = ip::make_address(host, failure);
    if (failure) return false;
    if (address.is_v4()) {
        const auto range = ip::make_network_v4(network, failure);
        return !failure &&
               ip::network_v4(address.to_v4(), range.prefix_length()).canonical() == range.canonical();
    }
    const auto range = ip::make_network_v6(network, failure);
    return !failure &&
           ip::network_v6(address.to_v6(), range.prefix_length()).canonical() == range.canonical();
}

bool is_name_at_or_below(std::string_view host, std::string_view domain) {
    while (domain.starts_with('.'))
        domain.remove_prefix(1);
    if (domain.empty() || !host.ends_with(domain)) return false;
    return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

// "name:443" applies only to that port; an IPv6 address contains more than one colon.
bool take_port(std::string_view& entry, const Origin& origin) {
    const auto colon = entry.rfind(':');
    if (colon == std::string_view::npos) return true;
    const bool several = entry.find(':') != colon;
    if (several && (colon == 0 || entry[colon - 1] != ']')) return true;
    const bool same = entry.substr(colon + 1) == std::to_string(origin.port);
    entry = entry.substr(0, colon);
    return same;
}

bool entry_matches(std::string_view entry, const Origin& origin) {
    if (entry == "*") return true;
    if (!take_port(entry, origin)) return false;
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    if (entry.find('/') != std::string_view::npos) return in_network(std::string(entry), origin.host);
    if (is_ip_address(origin.host)) return entry == origin.host;
    return is_name_at_or_below(origin.host, entry);
}

Result<Proxy> parse_proxy(std::string text) {
    if (text.find("://") == std::string::npos) text = "http://" + text;
    const auto parsed = urls::parse_uri(text);
    if (!parsed) return bad_proxy("not a URL");
    const urls::url_view& url = *parsed;
    if (url.scheme_id() != urls::scheme::http) return bad_proxy("the scheme must be http://");
    Proxy proxy{.host = ascii_lower(std::string(url.host_address()))};
    if (!is_host_name(proxy.host) && !is_ip_address(proxy.host)) return bad_proxy("missing or invalid host");
    const std::string path(url.encoded_path());
    if (!path.empty() && path != "/") return bad_proxy("unexpected text after host and port");
    if (url.has_port() && !url.port().empty()) {
        const auto port = parse_port(url.port());
        if (!port) return bad_proxy("invalid port");
        proxy.port = *port;
    }
    if (url.has_userinfo()) {
        const std::string credentials = std::string(url.user()) + ":" + std::string(url.password());
        constexpr std::size_t length_max = 1024;
        if (credentials.size() > length_max) return bad_proxy("user name or password too long");
        proxy.authorization = "Basic " + base64(credentials);
    }
    return proxy;
}

}  // namespace

ProxyEnvironment ProxyEnvironment::of_process() {
    return {.https_proxy = first_set("https_proxy", "HTTPS_PROXY"),
            .no_proxy = first_set("no_proxy", "NO_PROXY")};
}

std::string Proxy::host_and_port() const {
    return Origin{.host = host, .port = port}.host_and_port();
}

bool no_proxy_matches(std::string_view no_proxy, const Origin& origin) {
    const std::string list = ascii_lower(no_proxy);
    std::string_view rest = list;
    constexpr std::string_view separators = ", \t";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of(separators), rest.size());
        if (end > 0 && entry_matches(rest.substr(0, end), origin)) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

Result<std::optional<Proxy>> choose_proxy(const Origin& origin, const ProxyEnvironment& environment) {
    if (environment.https_proxy.empty() || !origin.tls || is_loopback_host(origin.host)) return std::nullopt;
    if (no_proxy_matches(environment.no_proxy, origin)) return std::nullopt;
    const Result<Proxy> proxy = parse_proxy(environment.https_proxy);
    if (!proxy) return proxy.error();
    return std::optional<Proxy>(*proxy);
}

}  // namespace carecloud
