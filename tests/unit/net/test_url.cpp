#include "net/url.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

TEST_CASE("an address is parsed into its parts") {
    const auto url = parse_http_url("https://Portal.Example.ORG/api/v1?x=1");
    REQUIRE(url.has_value());
    CHECK(url->origin.tls);
    CHECK(url->origin.host == "portal.example.org");
    CHECK(url->origin.port == 443);
    CHECK(url->target == "/api/v1?x=1");
    CHECK(url->origin.authority() == "portal.example.org");
    CHECK(url->origin.host_and_port() == "portal.example.org:443");
}

TEST_CASE("the port, the empty path and IPv6 keep their forms") {
    const auto url = parse_http_url("https://[2001:DB8::1]:8443");
    REQUIRE(url.has_value());
    CHECK(url->origin.host == "2001:db8::1");
    CHECK(url->origin.port == 8443);
    CHECK(url->target == "/");
    CHECK(url->origin.authority() == "[2001:db8::1]:8443");
    CHECK(parse_http_url("https://portal.example.org./")->origin.host == "portal.example.org");
}

TEST_CASE("plain http is for loopback only") {
    for (const char* good : {"http://localhost:8080/", "http://127.0.0.1/", "http://127.8.9.10/",
                             "http://[::1]:1/", "http://portal.localhost/"}) {
        INFO(good);
        CHECK(parse_http_url(good).has_value());
    }
    for (const char* bad : {"http://portal.example.org/", "http://10.0.0.1/", "http://128.0.0.1/",
                            "http://[::2]/", "http://localhost.example.org/", "http://2130706433/"}) {
        INFO(bad);
        const auto url = parse_http_url(bad);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().code == ErrorCode::invalid_argument);
        CHECK(url.error().hint.find("https") != std::string::npos);
    }
}

TEST_CASE("addresses that are refused, without repeating a secret") {
    for (const char* bad :
         {"", "portal.example.org", "ftp://portal.example.org/", "https://", "https:///path",
          "https://user:S3cret@host/", "https://S3cret@host/", "https://host/#part", "https://host:0/",
          "https://host:99999/", "https://ho st/", "https://host/a b", "https://host%0d%0aX/", "/api",
          "https://host:34463000/", "https://[fe80::1%25eth0]/", "https://.host/",
          "http://127.0.0.1.example.org/", "mailto:a@b"}) {
        INFO(bad);
        const auto url = parse_http_url(bad);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().code == ErrorCode::invalid_argument);
        CHECK(url.error().message().find("S3cret") == std::string::npos);
    }
}

TEST_CASE("a host name that begins with an address is refused or accepted completely, never truncated") {
    const auto url = parse_http_url("https://127.0.0.1.example.org:8443/api");
    if (url.has_value()) {  // Boost.URL 1.83
        CHECK(url->origin.host_and_port() == "127.0.0.1.example.org:8443");
        CHECK(url->target == "/api");
    } else {  // 1.81 truncates it
        CHECK(url.error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("percent-encoding keeps only the unreserved characters") {
    CHECK(percent_encode("claim_attendance") == "claim_attendance");
    CHECK(percent_encode("a/b?c#d e%\xc3\xa9") == "a%2Fb%3Fc%23d%20e%25%C3%A9");
}

}  // namespace carecloud
