// HTTPS: which servers the daemon trusts.
#include "system/agency.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("HTTPS: a configured authority is trusted, another is not") {
    const TempDir certificates;
    PortalProcess portal({"--records", "300", "--batch", "120", "--tls-dir", certificates.path()});
    REQUIRE(portal.base_url().rfind("https://", 0) == 0);
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .ca_file = portal.ca_file()});
    const Run good = agency.once();
    INFO(good.err);
    CHECK(good.code == 0);
    CHECK(agency.broken_promise(portal) == "");

    Agency stranger(portal.base_url());
    const Run refused = stranger.once();
    INFO(refused.err);
    CHECK(refused.code == 75);
    CHECK(refused.says("tls_failed"));
    CHECK(refused.says("ca_file"));
    CHECK(read_store(stranger.store_path()).records.empty());
}

TEST_CASE("HTTPS: a certificate of another host is refused") {
    const TempDir certificates;
    PortalProcess portal(
        {"--records", "50", "--tls-dir", certificates.path(), "--tls-host", "other.example"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .ca_file = portal.ca_file()});
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("tls_failed"));
    CHECK(run.says("127.0.0.1"));
    CHECK(portal.control("GET", "/counts").at("total") == 0);
}
