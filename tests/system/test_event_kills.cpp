// kill -9 with messages in flight: what got its 200 is held after the restart, and in the end all is settled, once.
#include "system/event_site.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <iostream>
#include <optional>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr int kKills = 30;
constexpr std::size_t kInFlight = 200;

// Of these, the first that got its 200 and is no event; empty where there is none.
std::string first_lost(EventSite& site, const std::vector<std::string>& sent) {
    const Deliveries ended = site.portal.deliveries();
    const ReadEvents held = read_events(site.agency.store_path());
    for (const std::string& id : sent) {
        const auto found = ended.find(id);
        if (found != ended.end() && found->second.status == 200 && !held.contains(id)) return id;
    }
    return {};
}

}  // namespace

TEST_CASE("kill -9 with 200 messages in flight, at any moment") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    EventSite site({.portal = {"--sns-connections", "40", "--sns-retries", "100"}});
    std::optional<Process> daemon(site.start());
    site.keep_port();
    site.subscribe(*daemon);
    site.portal.control("POST", "/sns/settings", {{"retry_delay_ms", 50}});
    // How long this machine needs for as many: within that time lies each kill.
    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::string> sent = site.submit({{"count", kInFlight}});
    site.ends(*daemon, sent);
    const auto burst = std::chrono::steady_clock::now() - begun;
    std::uniform_int_distribution<std::int64_t> span_ms(0, burst / 1ms);
    int killed_at_work = 0;
    for (int kill = 0; kill < kKills; ++kill) {
        CAPTURE(kill);
        const auto before = site.counts();
        const std::size_t pending = before.at("pending");
        const std::size_t more = kInFlight - std::min(pending, kInFlight);
        // Every third time nothing can be written meanwhile, and so nothing may get its 200.
        std::optional<StoreLock> lock;
        if (kill % 3 == 2) lock.emplace(site.agency.store_path());
        // The portal answers when it has begun to deliver; meanwhile nobody else speaks to it.
        auto submitted = std::async(std::launch::async, [&] { return site.submit({{"count", more}}); });
        REQUIRE(daemon->outlives(std::chrono::milliseconds(span_ms(random))));
        daemon->send(SIGKILL);
        const Ended end = daemon->wait(10s);
        REQUIRE(end.signal == SIGKILL);
        lock.reset();
        site.agency.said(*daemon, end.code);
        const std::vector<std::string> ids = submitted.get();
        sent.insert(sent.end(), ids.begin(), ids.end());
        const auto after = site.counts();
        if (after.at("pending") > 0 && after.at("delivered") > before.at("delivered")) ++killed_at_work;
        daemon.emplace(site.start());
        REQUIRE(first_lost(site, sent) == "");
    }
    std::cout << "killed between the first 200 and the last: " << killed_at_work << " times" << std::endl;
    CHECK(killed_at_work > 0);

    for (const Delivery& end : site.ends(*daemon, sent))
        REQUIRE(end.status == 200);
    CHECK(site.become(*daemon, sent, "settled") == "");
    CHECK(site.agency.follows(*daemon, site.portal, 60s) == "");
    CHECK(site.agency.stop(*daemon).code == 0);
    CHECK(read_events(site.agency.store_path()).size() ==
          std::set<std::string>(sent.begin(), sent.end()).size());
    CHECK(site.agency.broken_promise(site.portal) == "");
}
