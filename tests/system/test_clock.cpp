// The wall clock jumps under the running daemon: by hours, forward and backward, and past the end of a month. The store
// must end up right, the portal must not be overloaded, and each request must be counted in the month in which it was
// sent.
#include "system/event_site.hpp"
#include "system/movable_clock.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// The maximum number of requests of a step, in total and per second: its changes, its polls, the polls for its events.
constexpr std::uint64_t kRequestsAStep = 60;
constexpr std::uint64_t kRequestsASecond = 10;

std::chrono::sys_days next_month(std::chrono::system_clock::time_point at) {
    using namespace std::chrono;
    const year_month_day day{floor<days>(at)};
    return sys_days{(day.year() / day.month() + months(1)) / 1};
}

bool changes_month(std::chrono::seconds jump) {
    const auto now = std::chrono::system_clock::now();
    return next_month(now + jump) != next_month(now);
}

std::uint64_t requests(EventSite& site) {
    return site.portal.control("GET", "/counts").at("total").get<std::uint64_t>();
}

// Changes at the portal, and their effect with this clock; returns the number of requests.
std::uint64_t take_step(EventSite& site, Process& daemon, bool with_events) {
    const std::uint64_t before = requests(site);
    const auto begun = std::chrono::steady_clock::now();
    site.portal.control("POST", "/touch", {{"count", 60}, {"silent", true}});
    site.portal.control("POST", "/generate", {{"count", 20}, {"batch", 7}, {"silent", true}});
    const std::vector<std::string> ids =
        with_events ? site.submit({{"count", 10}}) : std::vector<std::string>{};
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    CHECK(site.become(daemon, ids, "settled") == "");
    const std::uint64_t took = requests(site) - before;
    const auto spent = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
    CHECK(took <= kRequestsAStep + kRequestsASecond * static_cast<std::uint64_t>(spent.count()));
    return took;
}

}  // namespace

TEST_CASE("records are stored while the clock jumps by hours and past the end of the month") {
    if (!MovableClock::is_there()) {
        WARN("skipped: libfaketime does not work with the sanitizers; the release build runs this test");
        return;
    }
    EventSite site({.records = 500, .portal = {"--sns-retries", "100"}, .poll_every = "1s"});
    site.agency.config.page_size = 50;
    // On a busy machine, responses with two versions of a record may be under way at once. Its event is then settled
    // when the doubt is resolved, after the overlap.
    site.agency.config.stream_more = "overlap: 20s";
    const MovableClock clock;
    Process daemon = site.start(clock.prepare());
    site.subscribe(daemon);
    take_step(site, daemon, true);
    for (const auto jump : {5h, -7h, 3h, 0h}) {
        CAPTURE(jump.count());
        if (changes_month(jump)) continue;  // in the first and last hours of a month, which follow below
        clock.move(jump);
        // Before the validity of SNS's certificate no message is accepted; SNS sends it again.
        take_step(site, daemon, jump >= 0h);
    }
    const std::uint64_t before_turn = requests(site);
    const auto now = std::chrono::system_clock::now();
    clock.move(std::chrono::floor<std::chrono::seconds>(next_month(now) - now) - 1s);
    std::map<std::string, std::uint64_t> quota;
    const auto turned = [&] {
        quota = read_quota(site.agency.store_path());
        return quota.size() > 1;
    };
    REQUIRE(daemon.wait_until(turned, kWithin));
    const std::uint64_t in_next = take_step(site, daemon, false);
    const std::uint64_t back_from = requests(site);
    clock.move(0s);
    take_step(site, daemon, true);
    CHECK(site.agency.stop(daemon).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");

    quota = read_quota(site.agency.store_path());
    REQUIRE(quota.size() == 2);
    const std::uint64_t here = quota.begin()->second;
    const std::uint64_t next = quota.rbegin()->second;
    std::cout << "requests: " << here << " this month, " << next << " in the next" << std::endl;
    CHECK(here + next == requests(site));
    CHECK(next >= in_next);
    // Requests near the end of the month, and on the way back, may count in either month.
    CHECK(next <= back_from - before_turn + kRequestsASecond);
    CHECK(here >= before_turn);
}
