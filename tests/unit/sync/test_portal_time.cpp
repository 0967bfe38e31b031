// The portal's time from three clocks, none of which is trusted alone (hazard 31).
#include "sync/walk/portal_time.hpp"
#include "unit/sync/world.hpp"

#include <chrono>
#include <optional>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const Timestamp kNoonOfClocks = Timestamp::parse("2024-03-10T12:00:00Z").value();

// Both clocks of this machine, some time after noon.
PortalTime::LocalTime after(Duration span, Duration local_wrong_by = 0s) {
    return {kNoonOfClocks + span + local_wrong_by, 1000s + span};
}

}  // namespace

TEST_CASE("clocks that agree are the portal's time, and it advances between responses") {
    PortalTime time;
    CHECK_FALSE(time.has_heard());
    CHECK(time.at(after(0s)) == kNoonOfClocks);
    time.answered(kNoonOfClocks, after(300ms));
    CHECK(time.at(after(300ms)) == kNoonOfClocks);
    CHECK(time.at(after(10s + 300ms)) == kNoonOfClocks + 10s);
    CHECK(time.report().verdict == ClockVerdict::agree);
    CHECK_FALSE(time.take_news());
}

TEST_CASE(
    "the first response of a process uses the lesser of Date and local clock, and never less than the last "
    "trusted time") {
    PortalTime behind;
    behind.answered(kNoonOfClocks - 1h, after(0s));
    CHECK(behind.at(after(0s)) == kNoonOfClocks - 1h);
    PortalTime ahead;
    ahead.answered(kNoonOfClocks + 1h, after(0s));
    CHECK(ahead.at(after(0s)) == kNoonOfClocks);
    CHECK(ahead.report().verdict == ClockVerdict::differ);
    PortalTime remembers;
    remembers.remember(kNoonOfClocks - 10min);
    remembers.remember(kNoonOfClocks - 20min);
    remembers.remember(std::nullopt);
    CHECK(remembers.at(after(-1h)) == kNoonOfClocks - 10min);
    remembers.answered(kNoonOfClocks - 1h, after(0s));
    CHECK(remembers.at(after(0s)) == kNoonOfClocks - 10min);
}

TEST_CASE("a Date that is wrong for a moment has no effect, is reported, and so is its end") {
    PortalTime time;
    time.answered(kNoonOfClocks, after(0s));
    const Duration wrong = GENERATE(Duration(24h * 365), Duration(-24h * 30), Duration(24h * 365 * 40));
    time.answered(kNoonOfClocks + 5s + wrong, after(5s));
    CHECK(time.at(after(5s)) == kNoonOfClocks + 5s);
    const auto news = time.take_news();
    REQUIRE(news);
    CHECK(news->verdict == ClockVerdict::date_wrong);
    CHECK(news->text().find("the portal's clock is wrong") == 0);
    CHECK_FALSE(time.take_news());
    time.answered(kNoonOfClocks + 10s, after(10s));
    CHECK(time.at(after(10s)) == kNoonOfClocks + 10s);
    REQUIRE(time.take_news());
    CHECK(time.report().verdict == ClockVerdict::agree);
}

TEST_CASE("a local clock that jumps has no effect, and is reported with its direction") {
    const bool ahead = GENERATE(true, false);
    const Duration jump = ahead ? 1h : -1h;
    PortalTime time;
    time.answered(kNoonOfClocks, after(0s));
    for (int answer = 1; answer < 4; ++answer) {
        time.answered(kNoonOfClocks + answer * 10s, after(answer * 10s, jump));
        CHECK(time.at(after(answer * 10s, jump)) == kNoonOfClocks + answer * 10s);
        CHECK(time.report().verdict == ClockVerdict::local_wrong);
    }
    const std::string text = time.report().text();
    CHECK(text.find("this machine's clock is wrong: 1 hour") == 0);
    CHECK((text.find("ahead of") != std::string::npos) == ahead);
    CHECK(time.report().hint().find("timedatectl") != std::string::npos);
}

TEST_CASE("a Date of 1970 is not a time: this machine's clock continues alone") {
    PortalTime time;
    for (int answer = 0; answer < 3; ++answer) {
        time.answered(Timestamp{answer * Timestamp::ticks_per_second}, after(answer * 1s));
        CHECK(time.at(after(answer * 1s)) == kNoonOfClocks + answer * 1s);
        CHECK_FALSE(time.is_dated());
    }
    const auto news = time.take_news();
    REQUIRE(news);
    CHECK(news->verdict == ClockVerdict::date_wrong);
    CHECK(news->text().find("54 years behind this machine's") != std::string::npos);
    CHECK(news->hint().find("operator") != std::string::npos);
}

TEST_CASE("a missing Date is reported, and the lesser of the others counts") {
    PortalTime time;
    time.answered(std::nullopt, after(0s));
    REQUIRE(time.take_news());
    CHECK(time.report().verdict == ClockVerdict::no_date);
    CHECK(time.report().local_ahead_seconds() == 0);
    time.answered(std::nullopt, after(10s, 1h));
    CHECK(time.at(after(10s, 1h)) == kNoonOfClocks + 10s);
    time.answered(std::nullopt, after(20s, -1h));
    CHECK(time.at(after(20s, -1h)) == kNoonOfClocks + 20s - 1h);
}

TEST_CASE("a cursor is in the future only according to both clocks") {
    PortalTime time;
    CHECK_FALSE(time.is_in_future(kNoonOfClocks + 24h));  // nothing is known yet
    time.answered(kNoonOfClocks, after(0s));
    CHECK_FALSE(time.is_in_future(kNoonOfClocks + 60s));
    CHECK(time.is_in_future(kNoonOfClocks + 61s));
    time.answered(kNoonOfClocks + 2h, after(1s));
    CHECK_FALSE(time.is_in_future(kNoonOfClocks + 1h));
    time.answered(kNoonOfClocks, after(1s, 2h));
    CHECK_FALSE(time.is_in_future(kNoonOfClocks + 1h));
    // A `Date` that is implausible counts as none: the local clock decides.
    time.answered(kNoonOfClocks + 24h * 365 * 42, after(2s));
    CHECK(time.is_in_future(kNoonOfClocks + 1h));
}

TEST_CASE("the latest time is the latest of all clocks") {
    PortalTime time;
    time.answered(kNoonOfClocks - 1h, after(0s));
    CHECK(time.latest(after(10s)) == kNoonOfClocks + 10s);
    time.answered(kNoonOfClocks + 3h, after(10s));
    CHECK(time.latest(after(20s)) == kNoonOfClocks + 3h + 10s);
}

TEST_CASE("a time in the far future trusted by an earlier process is discarded with the second response") {
    PortalTime time;
    time.remember(kNoonOfClocks + 24h * 365 * 30);
    time.answered(kNoonOfClocks, after(0s));
    time.answered(kNoonOfClocks + 1s, after(1s));
    CHECK(time.at(after(1s)) == kNoonOfClocks + 1s);
}

TEST_CASE("the time that a machine was suspended counts") {
    PortalTime time;
    time.answered(kNoonOfClocks, after(0s));
    CHECK(time.at({kNoonOfClocks + 8h, 1000s + 8h}) == kNoonOfClocks + 8h);
}
