// The store's file removed or replaced under the running daemon, and accessed by a second daemon through other paths
// (hazards 13 and 37).
#include "system/event_site.hpp"
#include "system/small_disk.hpp"
#include "system/wire_client.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
namespace fs = std::filesystem;

namespace {

// The status of the response to a message that was accepted before; 0: the daemon is down.
int answer_to(const EventSite& site, const std::string& body) {
    try {
        WireClient client(site.port(), WireClient::Wire::tls);
        client.send(post_text("/sns", body));
        return status_of(client.reply());
    } catch (const boost::system::system_error&) {
        return 0;
    }
}

// The body of a message that the daemon has stored at that path, which other programs may not see.
std::string taken_by(EventSite& site, Process& daemon, const std::string& store) {
    site.subscribe(daemon);
    const std::vector<std::string> ids = site.submit({{"count", 1}});
    REQUIRE(site.ends(daemon, ids).front().status == 200);
    const TempDir copies;
    const std::string seen = "/proc/" + std::to_string(daemon.pid()) + "/root" + store;
    daemon.send(SIGSTOP);
    REQUIRE(daemon.wait_stopped());
    for (const char* const ending : {"", "-wal"})
        fs::copy_file(seen + ending, copies.file("store.db") + ending);
    daemon.send(SIGCONT);
    return read_events(copies.file("store.db")).at(ids.front()).body;
}

std::string taken_by(EventSite& site, Process& daemon) {
    return taken_by(site, daemon, site.agency.store_path());
}

void remove_store_of(const EventSite& site) {
    for (const char* const ending : {"", "-wal", "-shm"})
        fs::remove(site.agency.store_path() + ending);
}

// No further event is answered with 200, and the daemon exits for the service manager to restart it.
void gives_up(EventSite& site, Process& daemon, const std::string& body,
              const std::string& how = "removed, replaced or unmounted") {
    for (int i = 0; i < 5; ++i) {
        const int status = answer_to(site, body);
        CHECK((status == 503 || status == 0));
    }
    CHECK(daemon.wait(kWithin).code == 75);
    const Run run = site.agency.said(daemon, 75);
    CHECK(run.says("was " + how + " while the service was running"));
    CHECK(run.says("restore a backup there"));
}

}  // namespace

TEST_CASE("a removed store loses no event, and is not replaced by an empty one without permission") {
    EventSite site;
    {
        Process daemon = site.start();
        const std::string body = taken_by(site, daemon);
        CHECK(answer_to(site, body) == 200);
        remove_store_of(site);
        gives_up(site, daemon, body);
    }
    CHECK_FALSE(fs::exists(site.agency.store_path()));
    const Run refused = site.agency.run({});
    CHECK(refused.code == 78);
    CHECK(refused.says(site.agency.store_path() + " is gone, but a store existed there ("));
    CHECK(refused.says("as root: carecloud-syncd --new-store && systemctl start carecloud-syncd"));
    CHECK_FALSE(fs::exists(site.agency.store_path()));

    const Run allowed = site.agency.run({"--new-store"});
    CHECK(allowed.code == 0);
    CHECK(allowed.out.find("the next start creates an empty store") != std::string::npos);
    CHECK(site.agency.once().code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}

TEST_CASE("a backup moved over the running daemon's store, or copied into it, is used at the next start") {
    for (const bool moved : {true, false}) {
        INFO((moved ? "moved" : "copied"));
        EventSite site;
        CHECK(site.agency.once().code == 0);
        const std::string backup = site.agency.file("backup.db");
        fs::copy_file(site.agency.store_path(), backup);
        CHECK(site.agency.once().code == 0);
        {
            Process daemon = site.start();
            const std::string body = taken_by(site, daemon);
            if (moved)
                fs::rename(backup, site.agency.store_path());
            else
                fs::copy_file(backup, site.agency.store_path(), fs::copy_options::overwrite_existing);
            gives_up(site, daemon, body,
                     moved ? "removed, replaced or unmounted" : "overwritten or truncated");
        }
        // The log that is still there belongs to the previous file.
        CHECK(fs::exists(site.agency.store_path() + "-wal"));
        CHECK(site.agency.once().code == 0);
        CHECK(fs::exists(site.agency.store_path() + "-wal.of-replaced-store"));
        CHECK(site.agency.broken_promise(site.portal) == "");
    }
}

TEST_CASE(
    "a store whose filesystem is unmounted, or hidden by another one, loses no event and is not created "
    "again") {
    for (const char* const how : {"umount --lazy", "mount -t tmpfs tmpfs"}) {
        INFO(how);
        EventSite site;
        const TempDir disk;
        const TempDir state;
        site.agency.config.store_url = "sqlite:" + disk.file("store.db");
        site.write_config();
        const auto prepare = [&] {
            ::setenv("STATE_DIRECTORY", state.path().c_str(), 1);
            return mount_small(disk.path(), "32m");
        };
        if (site.agency.run({"--check"}, prepare).code == kNoMount) {
            WARN("skipped: this user may not mount");
            return;
        }
        Process daemon = site.start(prepare);
        const std::string body = taken_by(site, daemon, disk.file("store.db"));
        CHECK(answer_to(site, body) == 200);
        const std::string pid = std::to_string(daemon.pid());
        Process mounting({.arguments = {"/bin/sh", "-c",
                                        "nsenter --target " + pid + " --mount " + how + " " + disk.path()},
                          .output = site.agency.file("mounting")});
        INFO(mounting.err());
        REQUIRE(mounting.wait(kWithin).code == 0);
        gives_up(site, daemon, body);
        // As systemd restarts it: with the same state folder, and without the filesystem.
        const Run refused =
            site.agency.run({}, [&] { return ::setenv("STATE_DIRECTORY", state.path().c_str(), 1); });
        CHECK(refused.code == 78);
        CHECK(refused.says("is gone, but a store existed there ("));
        CHECK(refused.says("mount its filesystem"));
        CHECK(fs::is_empty(disk.path()));
    }
}

TEST_CASE(
    "a second daemon is refused the store through a symbolic link, without the old lock file, and through a "
    "hard link") {
    PortalProcess portal({"--records", "20"});
    Agency first(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m"});
    Process daemon = first.start();
    REQUIRE(daemon.says("pass finished", kWithin));
    const TempDir elsewhere;
    Agency second(
        AgencyConfig{.base_url = portal.base_url(), .store_url = "sqlite:" + elsewhere.file("store.db")});

    fs::create_symlink(first.store_path(), elsewhere.file("store.db"));
    const Run linked = second.once();
    CHECK(linked.code == 75);
    CHECK(linked.says("is in use by process " + std::to_string(daemon.pid())));

    fs::remove(elsewhere.file("store.db"));
    fs::create_hard_link(first.store_path(), elsewhere.file("store.db"));
    const Run hard = second.once();
    CHECK(hard.code == 75);
    CHECK(first.stop(daemon).code == 0);
    const Run alone = second.once();
    CHECK(alone.code == 75);
    CHECK(alone.says("has 2 hard links"));
    fs::remove(elsewhere.file("store.db"));
    CHECK(first.once().code == 0);
    CHECK(first.broken_promise(portal) == "");
}
