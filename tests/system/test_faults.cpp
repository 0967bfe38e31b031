// The Portal's faults by name: each alone, then all combined. The store must equal the Portal's content at the end.
#include "system/agency.hpp"

#include <csignal>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

struct FaultCase {
    std::string name;
    // Errors that an operator fixes or that take a long time to end: a refused key, a used-up quota. SIGHUP simulates
    // that.
    bool reload = false;
};

const FaultCase kCases[] = {
    {"429"},
    {"413"},
    {"500"},
    {"502"},
    {"503"},
    {"504"},
    {"html"},
    {"cut"},
    {"length"},
    {"not-json"},
    {"gzip-cut"},
    {"is-success-false"},
    {"duplicate-key"},
    {"duplicate-id"},
    {"reset"},
    {"deep-json"},
    {"33mib"},
    {"slow-head"},
    {"slow-body"},
    {"403", true},
    {"quota", true},
    {"empty-list", true},
    {"wrong-workspace", true},
};

// A portal with one fault and the daemon that uses it. They run in parallel, since they mostly wait.
struct Trial {
    explicit Trial(FaultCase chosen, std::uint64_t seed)
        : fault(std::move(chosen)),
          portal({"--records", "240", "--batch", "110", "--slow", "2", "--seed", std::to_string(seed),
                  "--fault", fault.name + ":0.2"}),
          agency(AgencyConfig{.base_url = portal.base_url(), .timeout = "1s", .page_size = 20}),
          daemon(agency.start()) {}

    FaultCase fault;
    PortalProcess portal;
    Agency agency;
    Process daemon;
};

void finish(Trial& trial) {
    INFO("the fault " << trial.fault.name);
    const auto met = [&] { return trial.portal.suffered(trial.fault.name) > 0; };
    REQUIRE(trial.daemon.wait_until(met, kWithin));
    trial.portal.control("POST", "/touch", {{"count", 30}});
    trial.portal.clear_faults();
    if (trial.fault.reload) trial.daemon.send(SIGHUP);
    REQUIRE(trial.agency.follows(trial.daemon, trial.portal, kWithin) == "");
    CHECK(trial.agency.stop(trial.daemon).code == 0);
}

}  // namespace

TEST_CASE("with each fault alone the store equals the portal's content") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::vector<std::unique_ptr<Trial>> trials;
    for (const FaultCase& fault : kCases)
        trials.push_back(std::make_unique<Trial>(fault, seed));
    for (const auto& trial : trials)
        finish(*trial);
}

TEST_CASE("all faults combined, while records change") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> share(0.02, 0.05);
    PortalProcess portal(
        {"--records", "1200", "--batch", "230", "--slow", "2", "--seed", std::to_string(seed)});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .timeout = "1s", .page_size = 40});
    for (const FaultCase& fault : kCases) {
        if (!fault.reload) portal.fault(fault.name, share(random));
    }
    Process daemon = agency.start();
    for (int round = 1; round <= 3; ++round) {
        const auto asked = [&] {
            return portal.control("GET", "/counts").at("total").get<int>() > 15 * round;
        };
        REQUIRE(daemon.wait_until(asked, kWithin));
        portal.control("POST", "/touch", {{"count", 60}});
        portal.control("POST", "/generate", {{"count", 90}, {"batch", 40}});
        // The pauses between failed passes grow; an operator's reload ends them.
        daemon.send(SIGHUP);
    }
    for (const char* name : {"403", "empty-list"})
        portal.fault(name, 0.05);
    const auto asked = [&] { return portal.control("GET", "/counts").at("total").get<int>() > 60; };
    REQUIRE(daemon.wait_until(asked, kWithin));
    portal.clear_faults();
    daemon.send(SIGHUP);
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}
