// Effects of portals, gateways and firewalls on single responses, with the real programs: readable data is stored,
// unreadable data is reported as what it is.
#include "system/agency.hpp"
#include "system/programs.hpp"

#include <chrono>
#include <fstream>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

std::uint64_t requests_of(PortalProcess& portal) {
    return portal.control("GET", "/counts").at("total").get<std::uint64_t>();
}

// The peak memory of the process, in KiB.
long peak_kib(const Process& process) {
    std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return 0;
}

// The store's records that are not deleted, and those in quarantine.
std::size_t held(const Agency& agency) {
    return read_store(agency.store_path()).records.size();
}

}  // namespace

TEST_CASE("one record that is not valid JSON costs a few requests, and the others are stored") {
    PortalProcess sound({"--records", "300"});
    Agency baseline(sound.base_url());
    REQUIRE(baseline.once().code == 0);
    const std::uint64_t needed = requests_of(sound);
    for (const char* fault : {"record-tab", "record-nan", "record-utf8"}) {
        INFO(fault);
        PortalProcess portal({"--records", "300", "--fault", fault});
        Agency agency(portal.base_url());
        const auto begun = std::chrono::steady_clock::now();
        const Run run = agency.once();
        CAPTURE(run.err);
        REQUIRE(run.code == 0);
        CHECK(std::chrono::steady_clock::now() - begun < 20s);
        CHECK(requests_of(portal) <= needed + 3);
        CHECK(held(agency) == 299);
        const auto quarantine = read_store(agency.store_path()).quarantine;
        REQUIRE(quarantine.size() == 1);
        CHECK(quarantine.begin()->second.starts_with("not valid JSON: "));
        CHECK(run.says(quarantine.begin()->first));
        // Once the portal returns it correctly, it is stored by the next walk that finds it.
        portal.clear_faults();
        portal.control("POST", "/touch", {{"count", 300}});
        REQUIRE(agency.once().code == 0);
        CHECK(agency.broken_promise(portal) == "");
        CHECK(read_store(agency.store_path()).quarantine.empty());
    }
}

TEST_CASE("an object instead of a list is a bad response, and is not quarantined") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .timeout = "2s"});
    REQUIRE(agency.once().code == 0);
    portal.fault("object-data", 1);
    Process daemon = agency.start();
    REQUIRE(daemon.says("data is an object instead of a list", kWithin));
    portal.clear_faults();
    portal.control("POST", "/touch", {{"count", 10}});
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(read_store(agency.store_path()).quarantine.empty());
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("a byte-order mark, zeros after gzip and a status without a reason are accepted") {
    for (const char* fault : {"bom", "gzip-padding", "no-reason"}) {
        INFO(fault);
        PortalProcess portal({"--records", "300", "--fault", fault});
        Agency agency(portal.base_url());
        const Run run = agency.once();
        CAPTURE(run.err);
        CHECK(run.code == 0);
        CHECK(portal.suffered(fault) > 0);
        CHECK(agency.broken_promise(portal) == "");
    }
}

TEST_CASE(
    "a firewall that refuses bodies of 8 KB never refuses a request, with 700 records to request by id") {
    PortalProcess portal({"--records", "700", "--fault", "firewall"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    // Twice within the overlap: the second time their keys are read, and the records requested by id.
    for (int round = 0; round < 2; ++round) {
        portal.control("POST", "/touch", {{"count", 700}});
        const Run run = agency.once();
        CAPTURE(run.err);
        REQUIRE(run.code == 0);
    }
    CHECK(portal.suffered("firewall") == 0);
    CHECK(agency.broken_promise(portal) == "");
}

TEST_CASE(
    "for a filter larger than a firewall's limit --check warns, and the 403 does not count as an expired "
    "key") {
    PortalProcess portal({"--records", "20", "--fault", "firewall"});
    AgencyConfig config{.base_url = portal.base_url()};
    config.stream_more = "filter: { comment: { $ne: " + std::string(9000, 'x') + " } }";
    Agency agency(config);
    const Run check = agency.check();
    CHECK(check.code == 0);
    CHECK(check.says("the filter of claim_attendance makes each request larger than 8 KB"));
    const Run run = agency.once();
    CHECK(run.code == 75);
    CHECK(run.says("HTTP 403 Forbidden"));
    CHECK(run.says("firewall"));
    CHECK_FALSE(run.says("key_refused"));
}

TEST_CASE(
    "of a page with a million records instead of a thousand, a thousand are read, and it is logged once") {
    PortalProcess portal({"--records", "300", "--no-gzip"});
    Agency agency(portal.base_url());
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.fault("overfull", 1);
    portal.control("POST", "/touch", {{"count", 100}});
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.wait_until([&] { return portal.suffered("overfull") >= 3; }, kWithin));
    const std::string phrase = " records, but ";
    const std::string said = daemon.err();
    const auto first = said.find(phrase);
    REQUIRE(first != std::string::npos);
    CHECK(said.find(phrase, first + 1) == std::string::npos);
    const long peak = peak_kib(daemon);
    CAPTURE(peak);
    CHECK(peak > 0);
    if (!programs_are_sanitized()) CHECK(peak < 64 * 1024);  // shadow memory counts, too
    portal.clear_faults();
    CHECK(agency.stop(daemon).code == 0);
}
