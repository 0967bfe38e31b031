// Unusable stores: the exit code and the remedy.
#include "system/agency.hpp"
#include "system/small_disk.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kNobody = 65534;

int become_nobody() {
    const gid_t group = kNobody;
    if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(kNobody) != 0) return 201;
    return 0;
}

// The maximum file size; a write beyond it fails with EFBIG.
int limit_files(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0 ? 0 : 202;
}

}  // namespace

TEST_CASE("a store in use by another daemon: 75, with its process") {
    PortalProcess portal({"--records", "50"});
    Agency agency(portal.base_url());
    Process first = agency.start();
    REQUIRE(agency.follows(first, portal, kWithin) == "");
    for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{{"--once"}, {}}) {
        const Run second = agency.run(options);
        INFO(second.err);
        CHECK(second.code == 75);
        CHECK(second.says("in use by process " + std::to_string(first.pid())));
        CHECK(second.says("store_owned"));
    }
    // The first one is unaffected; and once it has ended, in any way, the next may begin.
    portal.control("POST", "/touch", {{"count", 20}});
    REQUIRE(agency.follows(first, portal, kWithin) == "");
    portal.control("POST", "/generate", {{"count", 500}, {"batch", 90}});
    first.send(SIGKILL);
    REQUIRE(first.wait(kWithin).signal == SIGKILL);
    Process next = agency.start();
    REQUIRE(agency.follows(next, portal, kWithin) == "");
    CHECK(agency.stop(next).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(agency.once().code == 0);
}

TEST_CASE("a store that is not writable: 75, with the remedy") {
    PortalProcess portal({"--records", "50"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    ::chmod(agency.store_path().c_str(), 0444);
    std::function<int()> prepare;
    if (::getuid() == 0) {
        // Root may write everywhere; user nobody may not.
        for (const auto& entry : std::filesystem::directory_iterator(agency.path())) {
            REQUIRE(::chown(entry.path().c_str(), kNobody, kNobody) == 0);
        }
        REQUIRE(::chown(agency.path().c_str(), kNobody, kNobody) == 0);
        prepare = become_nobody;
    }
    const Run run = agency.once(prepare);
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("read-only"));
    CHECK(run.says("chmod u+w"));
}

TEST_CASE("a full file system: 75, with the reason") {
    PortalProcess portal({"--records", "2000"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 50});
    const std::string small = agency.file("small");
    std::filesystem::create_directory(small);
    agency.config.store_url = "sqlite:" + small + "/store.db";
    agency.write_config();
    const Run run = agency.once([&] { return mount_small(small, "512k"); });
    if (run.code == kNoMount) {
        WARN("skipped: this user may not mount");
        return;
    }
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("store_full"));
    CHECK(run.says("free space"));
}

TEST_CASE("a file at its size limit: 75, and the service recovers when it may grow") {
    PortalProcess portal({"--records", "1500", "--batch", "230"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 50});
    const Run limited = agency.once([] { return limit_files(700'000); });
    INFO(limited.err);
    CHECK(limited.code == 75);
    CHECK(limited.says("store.db"));
    const ReadStore cut = read_store(agency.store_path());
    CHECK(cut.records.size() < 1500);
    CHECK(cut.changes.size() == cut.records.size());

    CHECK(agency.once().code == 0);
    CHECK(agency.broken_promise(portal) == "");
}

TEST_CASE("a damaged store: 78, with the remedy") {
    PortalProcess portal({"--records", "300"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    const std::string good = read_text(agency.store_path());

    write_text(agency.store_path(), std::string(100, 'x') + good.substr(100));
    const Run header = agency.once();
    INFO(header.err);
    CHECK(header.code == 78);
    CHECK(header.says("store_corrupt"));
    CHECK(header.says("restore the file from a backup"));

    write_text(agency.store_path(), "this is a letter, not a database\n");
    const Run letter = agency.once();
    CHECK(letter.code == 78);
    CHECK(letter.says("store_corrupt"));
    CHECK(read_text(agency.store_path()) == "this is a letter, not a database\n");
}

TEST_CASE("a store of a newer version: 78, and it is not changed") {
    PortalProcess portal({"--records", "50"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    execute_sql(agency.store_path(), "PRAGMA user_version = 999");
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 78);
    CHECK(run.says("store_newer"));
    CHECK(run.says("schema version 999"));
    CHECK(read_store(agency.store_path()).records.size() == 50);
}

TEST_CASE("an invalid path of the store: 75, with the path and the remedy") {
    PortalProcess portal({"--records", "50"});
    Agency agency(portal.base_url());
    agency.config.store_url = "sqlite:" + agency.path();
    agency.write_config();
    const Run directory = agency.once();
    CHECK(directory.code == 75);
    CHECK(directory.says("is a directory"));
    CHECK(directory.says("store.db"));

    agency.config.store_url = "sqlite:" + agency.file("nowhere/store.db");
    agency.write_config();
    const Run missing = agency.once();
    CHECK(missing.code == 75);
    CHECK(missing.says("does not exist"));
    CHECK(missing.says("mkdir -p"));

    agency.config.store_url = "sqlite:" + agency.config_path() + "/store.db";
    agency.write_config();
    const Run file = agency.once();
    CHECK(file.code == 75);
    CHECK(file.says("is not a directory"));
    CHECK(portal.control("GET", "/counts").at("total") == 0);
}
