// An agency's day in a minute: submissions from midnight to midnight, each hour's as soon as those of the previous hour
// are stored, together with polls and the faults of a bad day. tests/README.md lists the numbers.
#include "system/event_site.hpp"
#include "system/programs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <iterator>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr auto kMinute = 60s;

// Submissions in each hour: providers sign when the children have gone home. 2,400 in total.
constexpr std::array kHours = {10,  0,   0,  0,   0,   20,  80,  120, 120, 90,  80, 80,
                               100, 100, 90, 100, 160, 220, 300, 320, 230, 120, 40, 20};
// Of a hundred changed records, this many were not submitted, and no event announces them.
constexpr int kUnannounced = 10;

const std::vector<std::string> kTrouble = {
    "--fault",     "429:0.01",          "--fault",     "500:0.005",       "--fault",       "503:0.02",
    "--fault",     "504:0.005",         "--fault",     "reset:0.01",      "--fault",       "cut:0.01",
    "--fault",     "html:0.005",        "--fault",     "slow-head:0.002", "--slow",        "2",
    "--sns-fault", "late:0.03",         "--sns-fault", "twice:0.03",      "--sns-fault",   "lost:0.02",
    "--sns-fault", "out-of-order:0.03", "--sns-late",  "500ms",           "--sns-retries", "100"};

}  // namespace

TEST_CASE("a day of submissions, events and polls in a minute, with faults") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::vector<std::string> options = kTrouble;
    options.insert(options.end(), {"--seed", std::to_string(seed % 1'000'000)});
    EventSite site({.records = 3000, .portal = options, .poll_every = "1s"});
    site.agency.config.timeout = "1s";
    Process daemon = site.start();
    site.subscribe(daemon);
    std::vector<std::string> sent;
    for (int day = 0; day < test_rounds(); ++day) {
        for (const int submissions : kHours) {
            if (submissions == 0) continue;
            const std::vector<std::string> ids = site.submit({{"count", submissions}});
            sent.insert(sent.end(), ids.begin(), ids.end());
            site.portal.control(
                "POST", "/generate",
                {{"count", submissions * kUnannounced / 100}, {"batch", 5}, {"silent", true}});
            const auto taken = [&] { return site.counts().at("pending") == 0; };
            REQUIRE(daemon.wait_until(taken, kWithin));
        }
    }
    std::vector<std::string> delivered;
    std::size_t lost = 0;
    for (const Delivery& end : site.ends(daemon, sent)) {
        CHECK((end.status == 200 || end.end == "lost"));
        lost += end.end == "lost";
    }
    const Deliveries ended = site.portal.deliveries();
    std::copy_if(sent.begin(), sent.end(), std::back_inserter(delivered),
                 [&](const std::string& id) { return ended.find(id)->second.end != "lost"; });
    site.portal.clear_faults();
    CHECK(site.become(daemon, delivered, "settled") == "");
    REQUIRE(site.agency.follows(daemon, site.portal, kWithin) == "");
    const nlohmann::json counts = site.portal.control("GET", "/counts");
    std::cout << sent.size() << " submissions, " << lost << " of their messages lost, " << counts.at("total")
              << " requests; faults " << counts.at("faults") << std::endl;
    CHECK(site.agency.stop(daemon).code == 0);
    // CPU time, since the tests running in parallel use their share of the machine.
    std::cout << "the daemon used " << daemon.cpu_time() / 1ms << " ms of the CPU" << std::endl;
    if (!programs_are_sanitized()) CHECK(daemon.cpu_time() < kMinute * test_rounds());
    const ReadEvents events = read_events(site.agency.store_path());
    CHECK(events.size() == std::set<std::string>(delivered.begin(), delivered.end()).size());
    CHECK(site.agency.broken_promise(site.portal) == "");
}
