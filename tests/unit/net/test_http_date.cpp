#include "net/http_message.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

const Timestamp kNow = *Timestamp::parse("2024-03-13T00:00:00Z");

std::string parsed(std::string_view text) {
    const auto at = parse_http_date(text, kNow);
    return at ? at->to_string() : "none";
}

}  // namespace

TEST_CASE("the three forms of RFC 9110 5.6.7 are the same instant") {
    CHECK(parsed("Sun, 06 Nov 1994 08:49:37 GMT") == "1994-11-06T08:49:37.0000000Z");
    CHECK(parsed("Sunday, 06-Nov-94 08:49:37 GMT") == "1994-11-06T08:49:37.0000000Z");
    CHECK(parsed("Sun Nov  6 08:49:37 1994") == "1994-11-06T08:49:37.0000000Z");
    CHECK(parsed("Wed Nov 16 08:49:37 1994") == "1994-11-16T08:49:37.0000000Z");
    CHECK(parsed("Friday, 06-Nov-30 08:49:37 GMT") == "2030-11-06T08:49:37.0000000Z");
    CHECK(parsed("Sat, 31 Dec 2016 23:59:60 GMT") == "2017-01-01T00:00:00.0000000Z");
}

TEST_CASE("invalid HTTP dates are rejected") {
    for (const char* bad :
         {"", "120", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
          "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
          "Xyz, 06 Nov 1994 08:49:37 GMT", "Sunday, 6-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37",
          "1994-11-06T08:49:37Z"}) {
        INFO(bad);
        CHECK(parsed(bad) == "none");
    }
}

TEST_CASE("a date is written in the preferred form") {
    const auto at = *Timestamp::parse("1994-11-06T08:49:37.5Z");
    CHECK(format_http_date(at) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace carecloud
