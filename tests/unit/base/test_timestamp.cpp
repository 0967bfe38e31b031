#include "base/timestamp.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using carecloud::Timestamp;

TEST_CASE("a timestamp keeps the portal's 100 ns and is written in the portal's format") {
    const auto at = Timestamp::parse("2023-12-01T22:06:47.9990000Z");
    REQUIRE(at);
    CHECK(at->to_string() == "2023-12-01T22:06:47.9990000Z");
    CHECK(at->to_string_ms() == "2023-12-01T22:06:47.999Z");
    CHECK(Timestamp::parse("1970-01-01T00:00:00Z")->ticks == 0);
    CHECK(Timestamp::parse("2024-03-13T19:08:57.1633051Z")->ticks % 10'000'000 == 1'633'051);
}

TEST_CASE("zero to nine fraction digits and offsets name the same instant") {
    const auto expected = Timestamp::parse("2023-12-01T22:06:47.9990000Z");
    for (const char* text :
         {"2023-12-01T22:06:47.999Z", "2023-12-01T22:06:47.999000Z", "2023-12-01T22:06:47.999000000Z",
          "2023-12-01T23:06:47.999+01:00", "2023-12-01T14:36:47.999-07:30"}) {
        CAPTURE(text);
        CHECK(Timestamp::parse(text) == expected);
    }
    CHECK(Timestamp::parse("2023-12-01T22:06:47Z") < expected);
}

TEST_CASE("instants before 1970 and at the ends of the range are exact") {
    CHECK(Timestamp::parse("1969-12-31T23:59:59.9999999Z")->ticks == -1);
    CHECK(Timestamp{-1}.to_string() == "1969-12-31T23:59:59.9999999Z");
    CHECK(Timestamp::parse("0001-01-01T00:00:00Z")->to_string() == "0001-01-01T00:00:00.0000000Z");
    CHECK(Timestamp::parse("9999-12-31T23:59:59.9999999Z")->to_string() == "9999-12-31T23:59:59.9999999Z");
}

TEST_CASE("anything but a full ISO 8601 instant is refused") {
    for (const char* text : {"",
                             "yesterday",
                             "2023-12-01",
                             "2023-12-01T22:06Z",
                             "2023-12-01T22:06:47",
                             "2023-12-01 22:06:47Z",
                             "2023-13-01T22:06:47Z",
                             "2023-02-29T22:06:47Z",
                             "2023-12-01T24:06:47Z",
                             "2023-12-01T22:60:47Z",
                             "2023-12-01T22:06:60Z",
                             "2023-12-01T22:06:47.Z",
                             "2023-12-01T22:06:47.99900001Z",
                             "2023-12-01T22:06:47.9990000000Z",
                             "2023-12-01T22:06:47+0100",
                             "2023-12-01T22:06:47z",
                             "2023-12-01T22:06:47Z ",
                             "2023-12-01T22:06:47+24:00",
                             "0000-12-01T22:06:47Z",
                             "+023-12-01T22:06:47Z"}) {
        CAPTURE(text);
        CHECK_FALSE(Timestamp::parse(text));
    }
}

TEST_CASE("the quota's month is in UTC and changes at its end") {
    const auto at = *Timestamp::parse("2024-12-31T23:59:59.9999999Z");
    CHECK(carecloud::month_of(at) == "2024-12");
    CHECK(carecloud::this_month(at).to_string() == "2024-12-01T00:00:00.0000000Z");
    CHECK(carecloud::next_month(at).to_string() == "2025-01-01T00:00:00.0000000Z");
    CHECK(carecloud::next_month(*Timestamp::parse("2024-02-01T00:00:00Z")).to_string() ==
          "2024-03-01T00:00:00.0000000Z");
}

TEST_CASE("a span moves an instant by whole ticks, and the difference of two instants is a span") {
    using namespace std::chrono_literals;
    using carecloud::Duration;
    const Timestamp at{1'000};
    CHECK(at + 1us == Timestamp{1'010});
    CHECK(at - 1us == Timestamp{990});
    CHECK(at + 199ns == Timestamp{1'001});
    CHECK(at - 199ns == Timestamp{999});
    CHECK(at + -199ns == Timestamp{999});
    CHECK(Timestamp{1'010} - at == 1us);
    CHECK(at - Timestamp{1'010} == -1us);
    // Farther apart than a Duration can represent.
    const auto first = Timestamp::parse("0001-01-01T00:00:00Z");
    const auto last = Timestamp::parse("9999-12-31T23:59:59Z");
    REQUIRE(first);
    REQUIRE(last);
    CHECK(*last - *first > 24h * 365 * 290);
    CHECK(*first - *last < -24h * 365 * 290);
    CHECK(*first + (*last - *first) < *last);
}
