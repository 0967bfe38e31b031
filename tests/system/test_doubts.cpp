// Records whose `modified` goes back, on the real programs (sync-model, hazard 30 and promise 4).
#include "support/real_now.hpp"
#include "system/agency.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr const char* kId = "65f35b06e30c8a2e4578d118";

// As another program would write it into the portal, seconds from now.
void put(PortalProcess& portal, int seconds, const std::string& value) {
    const Timestamp now = real_now();
    const Timestamp modified{now.ticks + seconds * Timestamp::ticks_per_second};
    portal.control("POST", "/put/claim_attendance?silent=true",
                   {{"_id", kId},
                    {"workspace_id", "636eeb5d8029cf0df6932c16"},
                    {"bucket_id", "636eeb5d8029cf0df6932c16"},
                    {"modified", modified.to_string()},
                    {"value", value}});
}

std::size_t changes_of(const Agency& agency) {
    const ReadStore store = read_store(agency.store_path());
    return static_cast<std::size_t>(std::count_if(store.changes.begin(), store.changes.end(),
                                                  [](const ReadChange& change) { return change.id == kId; }));
}

}  // namespace

TEST_CASE("a version with an earlier modified is in the store an overlap later, with one change each") {
    PortalProcess portal({"--records", "20"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 20s"});
    Process daemon = agency.start();
    REQUIRE(daemon.says("pass finished", kWithin));
    put(portal, 2, "first");
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(changes_of(agency) == 1);
    put(portal, -2, "second");
    REQUIRE(daemon.says("doubted=1", kWithin));
    CHECK(changes_of(agency) == 1);
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(changes_of(agency) == 2);
    CHECK(daemon.says("reconcile finished", kWithin));  // a whole one was due at once
    CHECK(changes_of(agency) == 2);
    CHECK(agency.stop(daemon).code == 0);
    CHECK(agency.broken_promise(portal) == "");
}
