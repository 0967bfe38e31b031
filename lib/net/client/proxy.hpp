// Which proxy a request goes through: HTTPS_PROXY and NO_PROXY, read as curl reads them
// (https://curl.se/docs/manpage.html, "ENVIRONMENT").
//
//     Result<std::optional<Proxy>> proxy = choose_proxy(url.origin, ProxyEnvironment::of_process());
//
// Pure but for of_process(); safe on any thread as long as nobody changes the environment.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct ProxyEnvironment {
    std::string https_proxy{};  // "http://user:password@host:port", or "host:port"; empty: none
    std::string no_proxy{};     // "localhost,.example.org,10.0.0.0/8", or "*"

    // https_proxy before HTTPS_PROXY, no_proxy before NO_PROXY.
    static ProxyEnvironment of_process();
};

struct Proxy {
    std::string host{};
    std::uint16_t port = 1080;    // curl's default
    std::string authorization{};  // of Proxy-Authorization, "Basic ..."; a secret; empty: none

    std::string host_and_port() const;
};

// None: connect straight. Loopback and plain http (which is loopback) never go through a proxy.
// Errors (invalid_argument): a proxy's address that cannot be read, or a kind of proxy other than http://.
Result<std::optional<Proxy>> choose_proxy(const Origin& origin, const ProxyEnvironment& environment);

// An entry matches the name itself and every name below it; an address by itself or by its network.
bool no_proxy_matches(std::string_view no_proxy, const Origin& origin);

}  // namespace carecloud
