// Every form of the Portal's query language, detected automatically.
#include "system/api_client.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("every dialect is detected, and the store is exact") {
    PortalProcess portal({"--records", "600", "--batch", "230"});
    const std::string caps[] = {"1000", "100", "250", "229"};
    std::size_t cap = 0;
    for (const std::string id : {"string", "oid"}) {
        for (const std::string modified : {"string", "date"}) {
            for (const std::string keyset : {"yes", "no"}) {
                for (const std::string spelling : {"camel", "pascal"}) {
                    for (const std::string total : {"yes", "no"}) {
                        const std::string dialect = "id=" + id + ",modified=" + modified + ",or=" + keyset +
                                                    ",case=" + spelling + ",total=" + total +
                                                    ",cap=" + caps[cap++ % std::size(caps)];
                        INFO(dialect);
                        portal.control("POST", "/settings", {{"dialect", dialect}});
                        Agency agency(portal.base_url());
                        const Run run = agency.once();
                        INFO(run.err);
                        REQUIRE(run.code == 0);
                        REQUIRE(agency.broken_promise(portal) == "");
                    }
                }
            }
        }
    }
    CHECK(cap == 32);
}

TEST_CASE("each cap with each kind of paging") {
    PortalProcess portal({"--records", "600", "--batch", "230"});
    for (const std::string keyset : {"yes", "no"}) {
        for (const std::string cap : {"37", "230", "231"}) {
            const std::string dialect = "id=oid,modified=date,or=" + keyset + ",cap=" + cap;
            INFO(dialect);
            portal.control("POST", "/settings", {{"dialect", dialect}});
            Agency agency(portal.base_url());
            const Run run = agency.once();
            INFO(run.err);
            REQUIRE(run.code == 0);
            REQUIRE(agency.broken_promise(portal) == "");
        }
    }
}

TEST_CASE("the dialect of a portal that changes its types between two passes is proven again") {
    PortalProcess portal({"--records", "300", "--batch", "120"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    portal.control("POST", "/settings", {{"dialect", "case=pascal,id=oid,modified=date"}});
    portal.control("POST", "/touch", {{"count", 40}});
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK(run.says("query dialect detected"));
    CHECK(agency.broken_promise(portal) == "");
}

// The JSON is the same; only the matching of literals differs.
TEST_CASE("a change of the type of modified is noticed by polls, and by a reconciliation immediately") {
    PortalProcess portal({"--records", "300"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.control("POST", "/settings", {{"dialect", "modified=date"}});
    portal.control("POST", "/generate", {{"count", 20}});
    // Every twelfth idle poll checks.
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(select_text(agency.store_path(), "SELECT dialect FROM streams").find("date") != std::string::npos);

    portal.control("POST", "/settings", {{"dialect", "modified=string"}});
    portal.control("POST", "/generate", {{"count", 20}});
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(ctl(agency, daemon, {"sync"}).code == 0);
    portal.control("POST", "/generate", {{"count", 1}});
    CHECK(ctl(agency, daemon, {"sync"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(agency.stop(daemon).code == 0);
}

// As while a portal migrates its records one by one.
TEST_CASE("row 8: records that are stored with another type of modified are found by a reconciliation") {
    PortalProcess portal({"--records", "300", "--dialect", "total=yes"});
    Agency agency(
        AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 1s", .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    nlohmann::json fresh = nlohmann::json::array();
    for (int i = 0; i < 20; ++i)
        fresh.push_back(record_of("65f35b06e30c8a2e457801" + std::to_string(10 + i), instant_in(0)));
    portal.control("POST", "/put/claim_attendance?types=modified=date", fresh);
    const auto is_found = [&] {
        const Run run = ctl(agency, daemon, {"reconcile", "claim_attendance"});
        CHECK(run.code == 0);
        return agency.broken_promise(portal).empty();
    };
    CHECK(daemon.wait_until(is_found, kWithin));
    // One of them changes, and one of the others gets the other type.
    const std::string held = portal.listing("claim_attendance").begin()->first;
    for (const std::string& id : {std::string("65f35b06e30c8a2e45780110"), held})
        portal.control("POST", "/put/claim_attendance?types=modified=date",
                       record_of(id, instant_in(0), {{"value", "migrated"}}));
    CHECK(daemon.wait_until(is_found, kWithin));
    CHECK(agency.broken_promise(portal) == "");
    CHECK(agency.stop(daemon).code == 0);
}
