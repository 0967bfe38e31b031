// Big records and small gateways.
#include "portal/records.hpp"
#include "system/agency.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A record of about `bytes` bytes, unlike the portal's own ones.
std::string big_record(std::size_t bytes) {
    auto record = nlohmann::ordered_json::parse(make_record(4711, 1, RecordShape::light));
    record["comment"] = std::string(bytes, 'x');
    return record.dump();
}

std::string big_id() {
    return record_id(RecordOptions{.seed = 4711}, 1);
}

}  // namespace

TEST_CASE("a record of nine megabytes is stored") {
    PortalProcess portal({"--records", "1200", "--batch", "230"});
    portal.put(big_record(9'000'000));
    Agency agency(portal.base_url());
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(read_store(agency.store_path()).quarantine.empty());
}

TEST_CASE("full records behind a small gateway: the pages shrink, and the store is exact") {
    for (const std::string status : {"413", "500", "502"}) {
        INFO(status);
        PortalProcess portal({"--records", "150", "--batch", "60", "--shape", "full", "--limit-bytes",
                              "120000", "--too-large-status", status});
        // An unambiguous status costs no pause; an ambiguous one costs a pause for each halving.
        Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = status == "413" ? 1000 : 12});
        const Run run = agency.once();
        INFO(run.err);
        CHECK(run.code == 0);
        CHECK(agency.broken_promise(portal) == "");
        CHECK(read_store(agency.store_path()).quarantine.empty());
    }
}

TEST_CASE("a record beyond every limit is quarantined by its id, and the others are stored") {
    PortalProcess portal({"--records", "300", "--batch", "120", "--limit-bytes", "60000"});
    portal.put(big_record(100'000));
    Agency agency(portal.base_url());
    Process daemon = agency.start();
    const auto set_aside = [&] {
        return revision(agency.store_path()) > 0 &&
               read_store(agency.store_path()).quarantine.contains(big_id());
    };
    REQUIRE(daemon.wait_until(set_aside, kWithin));
    const ReadStore store = read_store(agency.store_path());
    CHECK(store.quarantine.size() == 1);
    CHECK(store.quarantine.at(big_id()).find("cannot be fetched from the portal: ") == 0);
    Listing others = portal.listing("claim_attendance");
    CHECK(others.erase(big_id()) == 1);
    CHECK(broken_promise(store, {{"claim_attendance", others}}) == "");

    // Its `modified` changes and it is small enough: it is stored, and no longer in quarantine.
    portal.put(big_record(1'000));
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
    CHECK(read_store(agency.store_path()).quarantine.empty());
}
