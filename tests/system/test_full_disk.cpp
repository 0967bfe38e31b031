// A full disk: passes end without a commit, readiness is withdrawn, events get 503, so SNS sends them again; and once
// there is space, everything arrives.
#include "support/notify_socket.hpp"
#include "system/event_site.hpp"
#include "system/small_disk.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A copy of the store on a disk visible only to the process, which is stopped meanwhile. It is not opened in place:
// SQLite would treat the path, below /proc/PID/root, as a symbolic link.
class StoreCopy {
  public:
    StoreCopy(const std::string& disk, Process& process) {
        process.send(SIGSTOP);
        REQUIRE(process.wait_stopped());
        for (const char* const name : {"store.db", "store.db-wal"})
            std::filesystem::copy_file(disk + "/" + name, copy_.file(name));
        process.send(SIGCONT);
    }
    std::string path() const { return copy_.file("store.db"); }

  private:
    TempDir copy_;
};

// Fills the file's file system.
void fill(const std::string& path) {
    std::ofstream filler(path, std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
}

bool all_settled(const ReadEvents& events, const std::vector<std::string>& ids) {
    return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) {
        const auto found = events.find(id);
        return found != events.end() && found->second.state == "settled";
    });
}

}  // namespace

TEST_CASE("a full disk: no commit, not ready, 503; with space again everything arrives") {
    EventSite site({.portal = {"--sns-retries", "100"}, .poll_every = "1s"});
    const std::string small = site.agency.file("small");
    std::filesystem::create_directory(small);
    site.agency.config.store_url = "sqlite:" + small + "/store.db";
    NotifySocket systemd;
    const auto prepare = [&] {
        ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
        return mount_small(small, "32m");
    };
    std::optional<Process> daemon;
    try {
        daemon.emplace(site.start(prepare));
    } catch (const std::runtime_error&) {
        if (site.agency.run({"--check"}, prepare).code != kNoMount) throw;
        WARN("skipped: this user may not mount");
        return;
    }
    site.subscribe(*daemon);
    CHECK(daemon->says("pass finished", kWithin));
    // As the process sees it: its disk is visible to no other process.
    const std::string disk = "/proc/" + std::to_string(daemon->pid()) + "/root" + small;
    const auto says_critical = [&] { return systemd.status().find("critical: ") != std::string::npos; };
    // The status may still be that of the moment in which the subscription was not confirmed.
    REQUIRE(daemon->wait_until([&] { return !says_critical(); }, kWithin));
    fill(disk + "/filler");

    site.portal.control("POST", "/generate", {{"count", 3000}, {"batch", 70}, {"silent", true}});
    REQUIRE(daemon->wait_until(says_critical, kWithin));
    // The store's files have some spare room.
    std::vector<std::string> ids;
    const auto refused = [&] {
        const std::vector<std::string> more = site.submit({{"count", 40}});
        ids.insert(ids.end(), more.begin(), more.end());
        systemd.status();
        return site.counts().at("statuses").value("503", 0) > 0;
    };
    REQUIRE(daemon->wait_until(refused, kWithin));
    CHECK(daemon->says("store_full", kWithin));
    CHECK(systemd.status().find("store_full") != std::string::npos);
    const ReadStore cut = read_store(StoreCopy(disk, *daemon).path());
    CHECK(broken_log(cut) == "");
    CHECK(cut.records.size() < site.portal.listing("claim_attendance").size());
    std::filesystem::remove(disk + "/filler");

    const auto taken = [&] {
        systemd.status();  // read continuously: sd_notify(3) waits for a reader
        return site.counts().at("pending") == 0;
    };
    REQUIRE(daemon->wait_until(taken, kWithin));
    for (const Delivery& end : site.ends(*daemon, ids))
        CHECK(end.status == 200);
    std::string broken;
    const auto arrived = [&] {
        systemd.status();
        const StoreCopy copy(disk, *daemon);
        broken = broken_promise(read_store(copy.path()), site.agency.portals(site.portal));
        return broken.empty() && all_settled(read_events(copy.path()), ids);
    };
    CHECK(daemon->wait_until(arrived, kWithin));
    CHECK(broken == "");
    CHECK(daemon->wait_until([&] { return !says_critical(); }, kWithin));
    CHECK(site.agency.stop(*daemon).code == 0);
}
