// Selects the proxy of a request: HTTPS_PROXY and NO_PROXY, interpreted as by curl (https://curl.se/docs/manpage.html,
// "ENVIRONMENT").
//
//     Result<std::optional<Proxy>> proxy = choose_proxy(url.origin, ProxyEnvironment::of_process());
//
// Pure, except of_process(); thread-safe as long as no thread changes the environment.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct ProxyEnvironment {
    std::string https_proxy{};  // "http://user:password@host:port", or "host:port"; may be empty
    std::string no_proxy{};     // "localhost,.example.org,10.0.0.0/8", or "*"

    // https_proxy takes precedence over HTTPS_PROXY, and no_proxy over NO_PROXY.
    static ProxyEnvironment of_process();
};

struct Proxy {
    std::string host{};
    std::uint16_t port = 1080;    // curl's default
    std::string authorization{};  // the Proxy-Authorization header, "Basic ..."; secret; may be empty

    std::string host_and_port() const;
};

// std::nullopt: connect directly. Loopback and plain http (which is always loopback) never use a proxy. Errors
// (invalid_argument): a proxy's address that cannot be parsed, or a proxy that is not http://.
Result<std::optional<Proxy>> choose_proxy(const Origin& origin, const ProxyEnvironment& environment);

// Whether NO_PROXY contains the origin. An entry matches a name and all names below it, or an address, or all addresses
// of a network.
bool no_proxy_matches(std::string_view no_proxy, const Origin& origin);

}  // namespace carecloud
