// Listings that omit records: truncated, with holes, of records in the future (the table of lib/sync/DESIGN.md, "About
// queries and listings").
#include "system/api_client.hpp"

#include <optional>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;
using nlohmann::json;

namespace {

constexpr const char* kHole = "65f35b06e30c8a2e45780007";

std::string id_of(int number) {
    const std::string digits = std::to_string(number);
    return "65f35b06e30c8a2e4578" + std::string(4 - digits.size(), '0') + digits;
}

void put_silently(PortalProcess& portal, const json& documents) {
    portal.control("POST", "/put/claim_attendance?silent=true", documents);
}

// 20 records of kind a, an hour old.
void put_kinds(PortalProcess& portal) {
    json all = json::array();
    for (int i = 0; i < 20; ++i)
        all.push_back(record_of(id_of(i), instant_in(-3600), {{"kind", "a"}}));
    put_silently(portal, all);
}

std::string deletions(const Agency& agency) {
    return select_text(agency.store_path(), "SELECT count(*) FROM changes WHERE kind = 'deleted'");
}

// 300 records of the last second, and one pass that has stored them. A late one is inserted among them.
std::string load_tail(PortalProcess& portal, const Agency& agency, Process& daemon) {
    json all = json::array();
    for (int i = 0; i < 300; ++i)
        all.push_back(record_of(id_of(i), instant_in(-2 + i * 0.001)));
    const std::string middle = instant_in(-2 + 0.1505);
    put_silently(portal, all);
    REQUIRE(ctl(agency, daemon, {"sync"}).code == 0);
    REQUIRE(select_text(agency.store_path(), "SELECT count(*) FROM records") == "320");
    return middle;
}

}  // namespace

TEST_CASE(
    "a record that filtered listings omit by mistake is kept and reported, one that left the filter is not") {
    PortalProcess portal;
    put_kinds(portal);
    Agency agency(AgencyConfig{.base_url = portal.base_url(),
                               .poll_every = "1s",
                               .stream_more = "overlap: 2s, filter: { kind: a }",
                               .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.control("POST", "/hole",
                   {{"entity", "claim_attendance"}, {"ids", {kHole}}, {"filtered_only", true}});
    Run reconcile = ctl(agency, daemon, {"reconcile", "claim_attendance"});
    CAPTURE(reconcile.out, reconcile.err);
    CHECK(reconcile.code == 0);
    CHECK_THAT(reconcile.out, Contains("0 marked as deleted"));
    REQUIRE(daemon.says("the portal's listings omit records that it has", kWithin));
    CHECK(metric(daemon, "carecloud_holes_total{stream=\"claim_attendance\"}") >= 1);
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(deletions(agency) == "0");
    CHECK(agency.broken_promise(portal) == "");

    // The same record has really left the filter: its content is different.
    put_silently(portal, json::array({record_of(kHole, instant_in(-60), {{"kind", "b"}})}));
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(daemon.wait_until([&] { return deletions(agency) == "1"; }, kWithin));
    // It returns.
    portal.control("POST", "/hole", {{"entity", "claim_attendance"}, {"ids", json::array()}});
    put_silently(portal, json::array({record_of(kHole, instant_in(0), {{"kind", "a"}})}));
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE(
    "a record that every listing omits by mistake is kept and reported, and deleted once it is denied") {
    PortalProcess portal;
    put_kinds(portal);
    Agency agency(
        AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 2s", .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.control("POST", "/hole", {{"entity", "claim_attendance"}, {"ids", {kHole}}});
    for (int round = 0; round < 2; ++round)
        CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(daemon.says("the portal's listings omit records that it has", kWithin));
    CHECK(select_text(agency.store_path(), "SELECT sum(holes) FROM passes") == "2");
    CHECK(deletions(agency) == "0");
    CHECK(agency.broken_promise(portal) == "");
    portal.control("POST", "/delete", {{"entity", "claim_attendance"}, {"ids", {kHole}}});
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance", "--confirm-deletes"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(deletions(agency) == "1");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("a late row among 300 is found although the next listing of keys is truncated to 10 of 301") {
    for (const char* keyset : {"or=yes", "or=no"}) {
        INFO(keyset);
        PortalProcess portal({"--records", "20", "--dialect", keyset});
        Agency agency(AgencyConfig{.base_url = portal.base_url(),
                                   .poll_every = "5m",
                                   .stream_more = "overlap: 20s",
                                   .more = kApiLine});
        Process daemon = agency.start();
        REQUIRE(becomes_ready(daemon));
        const std::string middle = load_tail(portal, agency, daemon);
        put_silently(portal, json::array({record_of(id_of(9000), middle)}));
        portal.control("POST", "/fault", {{"name", "cut-list-10"}, {"times", 1}});
        REQUIRE(ctl(agency, daemon, {"sync"}).code == 0);
        CHECK(portal.suffered("cut-list-10") == 1);
        CHECK(ctl(agency, daemon, {"sync"}).code == 0);
        CHECK(agency.broken_promise(portal) == "");
        CHECK(agency.stop(daemon).code == 0);
    }
}

TEST_CASE("a late row is found at a server that limits its lists by bytes") {
    PortalProcess portal({"--records", "20", "--list-bytes", "3000"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .poll_every = "5m", .stream_more = "overlap: 20s", .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(becomes_ready(daemon));
    const std::string middle = load_tail(portal, agency, daemon);
    put_silently(portal, json::array({record_of(id_of(9000), middle)}));
    REQUIRE(ctl(agency, daemon, {"sync"}).code == 0);
    CHECK(ctl(agency, daemon, {"sync"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance", "--deep"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("a first load fetches everything in one pass, although every second list is truncated") {
    for (const char* fault : {"cut-list:0.5", "cut-list-10:0.5"}) {
        for (const char* keyset : {"or=yes", "or=no"}) {
            INFO(fault << " " << keyset);
            PortalProcess portal(
                {"--records", "900", "--batch", "130", "--dialect", keyset, "--fault", fault});
            Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 200});
            const Run run = agency.once();
            CAPTURE(run.err);
            REQUIRE(run.code == 0);
            CHECK(agency.broken_promise(portal) == "");
        }
    }
}

TEST_CASE("the dialect is proven although the first record in order has the lowest possible _id") {
    for (const char* id : {"id=string", "id=oid"}) {
        for (const bool ties : {false, true}) {
            INFO(id << (ties ? ", among others of its modified" : ", before all others"));
            PortalProcess portal({"--records", "100", "--batch", "40", "--dialect", id});
            const Listing shown = portal.listing("claim_attendance");
            std::string first = shown.begin()->second.modified;
            for (const auto& [other, record] : shown)
                first = std::min(first, record.modified);
            put_silently(portal, json::array({record_of("000000000000000000000000",
                                                        ties ? first : "2001-01-01T00:00:00.0000000Z")}));
            Agency agency(portal.base_url());
            const Run run = agency.once();
            CAPTURE(run.err);
            REQUIRE(run.code == 0);
            CHECK(agency.broken_promise(portal) == "");
        }
    }
}

TEST_CASE("3,000 records dated in the future cost an idle poll nothing, and are followed by keys") {
    PortalProcess portal({"--records", "50"});
    json all = json::array();
    const std::string next_year = instant_in(365 * 86'400.0);
    for (int i = 0; i < 3000; ++i)
        all.push_back(record_of(id_of(i), next_year, {{"text", std::string(1000, 'x')}}));
    put_silently(portal, all);
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "1s", .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(agency.follows(*daemon, portal, kWithin) == "");
    const auto passes = [&] {
        return api_json(*daemon, "/v1/status").at("streams").at(0).at("passes").get<int>();
    };
    const int settled = passes() + 1;
    REQUIRE(daemon->wait_until([&] { return passes() > settled; }, kWithin));
    const std::uint64_t records = records_sent_by(portal);
    const std::uint64_t requests = requests_to(portal);
    const int before = passes();
    REQUIRE(daemon->wait_until([&] { return passes() >= before + 5; }, kWithin));
    const std::uint64_t records_sent = records_sent_by(portal) - records;
    const std::uint64_t requests_sent = requests_to(portal) - requests;
    const auto polls = static_cast<std::uint64_t>(passes() - before);
    // At every twelfth poll the dialect is tested with a record; and one poll may be in progress.
    CHECK(records_sent <= 2 + polls / 6);
    CHECK(requests_sent <= polls + 3 + polls / 6);
    CHECK(select_text(agency.store_path(), "SELECT cursor_modified FROM streams") < instant_in(61));
    portal.control("POST", "/generate", {{"count", 2}});
    CHECK(agency.follows(*daemon, portal, kWithin) == "");
    CHECK(agency.stop(*daemon).code == 0);

    // Within an overlap one walk requests all of them, by keys.
    agency.config.stream_more = "overlap: 3s";
    agency.write_config();
    daemon.emplace(agency.start());
    REQUIRE(daemon->says("pass finished", kWithin));
    const json future = record_of(id_of(17), instant_in(366 * 86'400.0), {{"text", "corrected"}});
    put_silently(portal, json::array({future}));
    CHECK(agency.follows(*daemon, portal, kWithin) == "");
    CHECK(agency.stop(*daemon).code == 0);
}
