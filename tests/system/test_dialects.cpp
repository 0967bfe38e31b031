// Every form of the Portal's query language, found out untold.
#include "system/agency.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("every dialect is found out, and the store is exact in it") {
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

TEST_CASE("a portal that changes its spelling between two passes is proven again") {
    PortalProcess portal({"--records", "300", "--batch", "120"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    portal.control("POST", "/settings", {{"dialect", "case=pascal,id=oid,modified=date"}});
    portal.control("POST", "/touch", {{"count", 40}});
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK(run.says("the portal's dialect was proven"));
    CHECK(agency.broken_promise(portal) == "");
}
