// carecloud-syncd --copy-store and --undo-move: a store is moved to PostgreSQL despite repeated kill -9, and the daemon
// continues there.
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "system/api_client.hpp"
#include "system/postgres_reader.hpp"
#include "system/programs.hpp"

#include <csignal>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kStoreGeneration = "SELECT value FROM meta WHERE name = 'generation'";
constexpr int kCopyKills = 4;
constexpr int kCopiedRecords = 6000;

// The number of records in the target; 0 if its tables do not exist yet.
std::uint64_t copied(PostgresReader& target) {
    if (target.text("SELECT to_regclass('records')").empty()) return 0;
    return target.number("SELECT count(*) FROM records");
}

}  // namespace

TEST_CASE(
    "a store is moved to PostgreSQL, the daemon continues there, and the old store is refused until the move "
    "is undone") {
    PortalProcess portal({"--records", std::to_string(kCopiedRecords), "--batch", "230"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    portal.control("POST", "/touch", {{"count", 500}, {"silent", true}});
    REQUIRE(agency.once().code == 0);
    const auto records_of = [&](const auto& run) {
        const std::uint64_t before = records_sent_by(portal);
        CHECK(run().code == 0);
        return records_sent_by(portal) - before;
    };
    const std::uint64_t usual = records_of([&] { return agency.once(); });

    PostgresCluster server;
    const PostgresSettings settings = server.fresh_database();
    PostgresReader target(settings);
    const std::string url = "postgresql://postgres@/" + settings.database +
                            "?host=" + server.socket_folder() + "&port=" + std::to_string(server.port());
    const std::vector<std::string> copying{"--copy-store", agency.store_path(), url};
    for (std::uint64_t i = 0; i < kCopyKills; ++i) {
        CAPTURE(i);
        Process copy({.arguments = {syncd_program(), "--config", agency.config_path(), copying[0], copying[1],
                                    copying[2]},
                      .output = agency.file("copy" + std::to_string(i))});
        REQUIRE(copy.wait_until([&] { return copied(target) >= (i + 1) * kCopiedRecords / (kCopyKills + 1); },
                                kWithin));
        copy.send(SIGKILL);
        REQUIRE(copy.wait(kWithin).signal == SIGKILL);
        CHECK(copied(target) < kCopiedRecords);
        // The source is not marked as moved before the copy is complete.
        CHECK(select_text(agency.store_path(), "SELECT count(*) FROM meta WHERE name = 'moved_to'") == "0");
    }
    const Run whole = agency.run(copying);
    INFO(whole.err);
    REQUIRE(whole.code == 0);
    CHECK(whole.out.find("was completely copied to") != std::string::npos);
    CHECK(whole.says("copying records"));
    CHECK(whole.says("comparing records"));
    const std::string generation = select_text(agency.store_path(), kStoreGeneration);
    CHECK(target.text(kStoreGeneration) == generation);

    const Run moved = agency.once();
    CHECK(moved.code == 78);
    CHECK(moved.says("moved"));
    agency.config.store_url = url;
    agency.write_config();
    CHECK(records_of([&] { return agency.once(); }) <= usual);
    CHECK(broken_promise(target.read(), agency.portals(portal)) == "");
    portal.control("POST", "/touch", {{"count", 50}, {"silent", true}});
    CHECK(agency.once().code == 0);
    CHECK(broken_promise(target.read(), agency.portals(portal)) == "");
    CHECK(target.text(kStoreGeneration) == generation);

    CHECK(agency.run({"--undo-move", agency.store_path()}).code == 0);
    CHECK(select_text(agency.store_path(), kStoreGeneration) != generation);
    agency.config.store_url.clear();
    agency.write_config();
    CHECK(agency.once().code == 0);
    CHECK(agency.broken_promise(portal) == "");
}
