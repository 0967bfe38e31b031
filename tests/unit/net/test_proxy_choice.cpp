#include "net/client/proxy.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

Origin https(std::string host, std::uint16_t port = 443) {
    return {.tls = true, .host = std::move(host), .port = port};
}

}  // namespace

TEST_CASE("a proxy is read from its address") {
    const auto proxy =
        choose_proxy(https("portal.test"), {.https_proxy = "http://us%40er:p%3Aw@Proxy.test:3128"});
    REQUIRE(proxy.has_value());
    REQUIRE(proxy->has_value());
    CHECK((*proxy)->host == "proxy.test");
    CHECK((*proxy)->port == 3128);
    CHECK((*proxy)->authorization == "Basic dXNAZXI6cDp3");  // us@er:p:w
    const auto bare = choose_proxy(https("portal.test"), {.https_proxy = "proxy.test"});
    REQUIRE(bare.has_value());
    REQUIRE(bare->has_value());
    CHECK((*bare)->host_and_port() == "proxy.test:1080");
    CHECK((*bare)->authorization.empty());
}

TEST_CASE("loopback never uses a proxy, nor does anything if none is set") {
    const ProxyEnvironment environment{.https_proxy = "http://proxy.test:3128"};
    for (const char* host : {"localhost", "127.0.0.1", "::1", "a.localhost"}) {
        INFO(host);
        CHECK_FALSE(choose_proxy(https(host), environment)->has_value());
    }
    CHECK_FALSE(choose_proxy(https("portal.test"), {})->has_value());
    CHECK(choose_proxy(https("portal.test"), environment)->has_value());
}

TEST_CASE("NO_PROXY by name, domain, port, address, network and star") {
    const auto matches = [](const char* list, const Origin& origin) {
        return no_proxy_matches(list, origin);
    };
    CHECK(matches("portal.test", https("portal.test")));
    CHECK(matches("a.test, Portal.TEST", https("portal.test")));
    CHECK(matches("test", https("portal.test")));
    CHECK(matches(".portal.test", https("portal.test")));
    CHECK(matches(".portal.test", https("eu.portal.test")));
    CHECK_FALSE(matches("ortal.test", https("portal.test")));
    CHECK_FALSE(matches("", https("portal.test")));
    CHECK_FALSE(matches(" , ,", https("portal.test")));
    CHECK(matches("portal.test:8443", https("portal.test", 8443)));
    CHECK_FALSE(matches("portal.test:8443", https("portal.test")));
    CHECK(matches("*", https("portal.test")));
    CHECK(matches("10.1.2.3", https("10.1.2.3")));
    CHECK(matches("10.0.0.0/8", https("10.1.2.3")));
    CHECK(matches("10.1.2.3/32", https("10.1.2.3")));
    CHECK_FALSE(matches("11.0.0.0/8", https("10.1.2.3")));
    CHECK_FALSE(matches("10.0.0.0/99", https("10.1.2.3")));
    CHECK_FALSE(matches("2.3", https("10.1.2.3")));
    CHECK(matches("2001:db8::1", https("2001:db8::1")));
    CHECK(matches("[2001:db8::1]:443", https("2001:db8::1")));
    CHECK(matches("2001:db8::/32", https("2001:db8::1")));
}

TEST_CASE("unusable proxies are refused without repeating their password") {
    for (const char* bad : {"https://u:S3cret@proxy.test", "socks5://u:S3cret@proxy.test", "http://",
                            "http://u:S3cret@", "http://proxy test", "http://u:S3cret@proxy.test:0",
                            "http://pro%0d%0axy:1", "http://proxy.test:99999", "http://proxy.test/path"}) {
        INFO(bad);
        const auto proxy = choose_proxy(https("portal.test"), {.https_proxy = bad});
        REQUIRE_FALSE(proxy.has_value());
        CHECK(proxy.error().code == ErrorCode::invalid_argument);
        CHECK(proxy.error().message().find("S3cret") == std::string::npos);
    }
}

TEST_CASE("a proxy's name that begins with an address is refused or accepted completely, never truncated") {
    const auto proxy = choose_proxy(https("portal.test"), {.https_proxy = "http://10.0.0.1.proxy.test:1"});
    if (proxy.has_value()) {  // Boost.URL 1.83
        CHECK((*proxy)->host == "10.0.0.1.proxy.test");
    } else {  // 1.81 truncates it
        CHECK(proxy.error().code == ErrorCode::invalid_argument);
    }
}

}  // namespace carecloud
