#include "runtime/environment.hpp"
#include "runtime/listen_address.hpp"
#include "runtime/suggest.hpp"
#include "runtime/text.hpp"
#include "runtime/yaml_reader.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("durations are one number and one unit") {
    CHECK(*parse_duration("500ms") == 500ms);
    CHECK(*parse_duration("30s") == 30s);
    CHECK(*parse_duration("5m") == 5min);
    CHECK(*parse_duration("24h") == 24h);
    CHECK(*parse_duration("7d") == 168h);
    CHECK(*parse_duration("0s") == 0s);
    CHECK(*parse_duration("999999999d") == 999'999'999 * 24h);
    for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "1.5s", "-5s", "+5s", "5S", "5sec", "1h30m",
                             "9999999999s", "5\xc2\xb5s"}) {
        CAPTURE(text);
        const auto span = parse_duration(text);
        REQUIRE_FALSE(span.has_value());
        CHECK(span.error().hint.find("30s") != std::string::npos);
    }
}

TEST_CASE("a duration is written in the largest exact unit, and read back") {
    for (const auto& [span, text] :
         std::vector<std::pair<std::chrono::milliseconds, const char*>>{{0ms, "0s"},
                                                                        {1ms, "1ms"},
                                                                        {1500ms, "1500ms"},
                                                                        {90s, "90s"},
                                                                        {5min, "5m"},
                                                                        {24h, "1d"},
                                                                        {25h, "25h"}}) {
        CHECK(format_duration(span) == text);
        CHECK(*parse_duration(text) == span);
    }
}

TEST_CASE("shares are percentages") {
    CHECK(*parse_share("5%") == Approx(0.05));
    CHECK(*parse_share("0.5%") == Approx(0.005));
    CHECK(*parse_share("0%") == 0);
    CHECK(*parse_share("100%") == 1);
    for (const char* text :
         {"", "%", "5", "5 %", "101%", "100.1%", "-1%", "1e1%", "nan%", "inf%", "1.2.3%", "."}) {
        CAPTURE(text);
        CHECK_FALSE(parse_share(text).has_value());
    }
}

TEST_CASE("edits between words are counted, a swap as one") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("strems", "streams") == 1);
    CHECK(edit_distance("steram", "stream") == 1);
    CHECK(edit_distance("Poll-Every", "poll_every") == 0);
    CHECK(edit_distance("ca", "abc") == 3);  // optimal string alignment edits no part twice
}

TEST_CASE("the nearest known word is suggested if it may be meant") {
    constexpr std::array<std::string_view, 5> known{"base_url", "api_key_file", "timeout", "rate", "store"};
    CHECK(nearest("baseurl", known) == "base_url");
    CHECK(nearest("time_out", known) == "timeout");
    CHECK(nearest("api_key", known) == "api_key_file");
    CHECK(nearest("sotre", known) == "store");
    CHECK(nearest("rates", known) == "rate");
    CHECK_FALSE(nearest("xyz", known));
    CHECK_FALSE(nearest("", known));
    CHECK_FALSE(nearest(std::string(10'000, 'a'), known));
    CHECK(suggestion("xyz", known) == "known: base_url, api_key_file, timeout, rate, store");
}

TEST_CASE("variables are replaced, $${ is kept, and every problem is reported without a value") {
    const EnvironmentLookup lookup = [](std::string_view name) -> std::optional<std::string> {
        if (name == "A") return "1${B}";
        if (name == "BAD") return "hunter2\n";
        if (name == "RAW") return "hunter2\xff";
        return std::nullopt;
    };
    CHECK(expand("x${A}y${A}", lookup).text == "x1${B}y1${B}");  // not expanded again
    CHECK(expand("plain $ and $x $", lookup).text == "plain $ and $x $");
    CHECK(expand("$${A} $$", lookup).text == "${A} $$");
    CHECK_FALSE(expand("$${A}", lookup).expanded);
    for (const char* text : {"${NONE}", "${BAD}", "${RAW}", "${}", "${1A}", "${A-b}", "${A"}) {
        CAPTURE(text);
        const Expansion expansion = expand(text, lookup);
        REQUIRE(expansion.problems.size() == 1);
        CHECK(expansion.problems[0].find("; ") != std::string::npos);
        CHECK(expansion.problems[0].find("hunter2") == std::string::npos);
    }
    CHECK(expand("${NONE}${OTHER}", lookup).problems.size() == 2);
}

TEST_CASE("listening addresses are read, written back, and recognized as local or not") {
    for (const auto& [text, local] : std::vector<std::pair<const char*, bool>>{{"127.0.0.1:8461", true},
                                                                               {"127.1.2.3:0", true},
                                                                               {"[::1]:8461", true},
                                                                               {"[::ffff:127.0.0.1]:1", true},
                                                                               {"localhost:8461", true},
                                                                               {"unix:/run/x.sock", true},
                                                                               {"0.0.0.0:8443", false},
                                                                               {"[::]:65535", false},
                                                                               {"[::ffff:10.0.0.1]:1", false},
                                                                               {"192.168.1.5:80", false}}) {
        CAPTURE(text);
        const auto address = parse_listen_address(text, true);
        REQUIRE(address.has_value());
        CHECK(address->loopback() == local);
        CHECK(address->to_string() == text);
    }
    for (const char* text :
         {"", ":", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536",
          "127.0.0.1:80 ", "[]:80", "[::1:80", "::1]:80", "*:80", "host:80", "unix:", "unix:x", "127.1:80"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_listen_address(text, true).has_value());
    }
    CHECK_FALSE(parse_listen_address("unix:/x", false).has_value());
    CHECK_FALSE(parse_listen_address("unix:/" + std::string(107, 'a'), true).has_value());
}

TEST_CASE("displayed text is one harmless line") {
    CHECK(printable("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
          "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    CHECK(printable("a\nb\tc\rd\x1b[0m") == "a\\nb\\tc\\rd\\x1b[0m");
    CHECK(printable("\xc2\x9b"
                    "31m\x7f") == "\\xc2\\x9b31m\\x7f");
    CHECK(printable("\xff\xc3") == "\\xff\\xc3");
    CHECK(printable("\\n") == "\\\\n");
    CHECK(in_quotes("short") == "'short'");
    CHECK(in_quotes(std::string(100, 'a'), 5) == "'aaaaa...'");
    CHECK(in_quotes("aaaa\xe2\x82\xac"
                    "aaa",
                    5) == "'aaaa...'");
}

TEST_CASE("invalid UTF-8 is detected") {
    CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
    for (const char* text :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "a\xc3"}) {
        CHECK_FALSE(is_utf8(text));
    }
    CHECK(utf8_prefix("ab\xff"
                      "c") == 2);
}
