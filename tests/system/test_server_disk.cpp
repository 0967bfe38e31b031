// The database server's disk is full: passes end without a commit, events are answered with 503, so SNS sends them
// again, and the reason is reported. Once there is space, everything arrives.
#include "system/api_client.hpp"
#include "system/cluster_site.hpp"
#include "system/small_disk.hpp"

#include <filesystem>
#include <fstream>
#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;

namespace {

// A file system that only this process and its children can see.
class OwnDisk {
  public:
    explicit OwnDisk(const std::string& size) : mounted_(mount_small(dir_.path(), size) == 0) {
        if (mounted_) ServerUser::choose().own(dir_.path());
    }
    ~OwnDisk() {
        if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
    }
    OwnDisk(const OwnDisk&) = delete;
    OwnDisk& operator=(const OwnDisk&) = delete;

    bool is_mounted() const { return mounted_; }
    std::string path() const { return dir_.path(); }
    // Creates a folder on the disk for the server's user.
    std::string folder(const std::string& name) const {
        std::filesystem::create_directory(dir_.file(name));
        ServerUser::choose().own(dir_.file(name));
        return dir_.file(name);
    }
    void fill() const {
        std::ofstream filler(dir_.file("filler"), std::ios::binary);
        const std::string block(4096, 'x');
        while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    void free() const { std::filesystem::remove(dir_.file("filler")); }

  private:
    TempDir dir_;
    bool mounted_;
};

}  // namespace

TEST_CASE("the server's disk is full: no commit, not ready, 503; once there is space, everything arrives") {
    const OwnDisk disk("64m");
    if (!disk.is_mounted()) {
        WARN("skipped: this user may not mount");
        return;
    }
    ClusterSite cluster({.records = 500, .portal = {"--sns-retries", "100"}, .poll_every = "1s"});
    cluster.server.script("CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
    cluster.server.script("ALTER DATABASE " + cluster.database() + " SET TABLESPACE small");
    Process& daemon = cluster.start(0);
    REQUIRE(cluster.broken_at_last() == "");
    REQUIRE(becomes_ready(daemon));
    disk.fill();

    cluster.give_work(3000, 0, 0);
    REQUIRE(daemon.says("store_full", kWithin));
    CHECK(daemon.says("free space on the database server's disk", kWithin));
    const auto refused = [&] {
        cluster.give_work(0, 0, 40);
        return cluster.site.counts().at("statuses").value("503", 0) > 0;
    };
    REQUIRE(cluster.wait_until(refused));
    CHECK(cluster.wait_until([&] { return api_status(daemon, "/readyz") == 503; }));
    CHECK(not_ready_for(daemon).find("store_full") != std::string::npos);
    CHECK(cluster.broken_now() == "");
    CHECK(cluster.store.number("SELECT count(*) FROM records") <
          cluster.site.portal.listing("claim_attendance").size());

    disk.free();
    CHECK(cluster.broken_at_last() == "");
    CHECK(cluster.store.number("SELECT count(*) FROM events") == cluster.sent().size());
    CHECK(becomes_ready(daemon));
    cluster.stop(0);
}

TEST_CASE(
    "the disk of the server's write-ahead log is full: the server stops; once there is space, everything "
    "arrives") {
    const OwnDisk disk("96m");
    if (!disk.is_mounted()) {
        WARN("skipped: this user may not mount");
        return;
    }
    ClusterSite cluster(
        {.records = 500, .portal = {"--sns-retries", "100"}, .poll_every = "1s"},
        {.settings = {"min_wal_size = 32MB", "max_wal_size = 48MB"}, .log_folder = disk.folder("log")});
    Process& daemon = cluster.start(0);
    REQUIRE(cluster.broken_at_last() == "");
    disk.fill();
    const auto refused = [&] {
        cluster.give_work(2000, 0, 20);
        return cluster.site.counts().at("statuses").value("503", 0) > 0;
    };
    REQUIRE(cluster.wait_until(refused));
    CHECK(cluster.wait_until([&] { return api_status(daemon, "/readyz") == 503; }));
    CHECK(cluster.server.log().find("No space left on device") != std::string::npos);

    disk.free();
    if (!cluster.server.is_running()) cluster.server.start();
    const auto is_up = [&] {
        try {
            return cluster.store.number("SELECT 1") == 1;
        } catch (const PgError&) {
            return false;  // it is still recovering
        }
    };
    REQUIRE(cluster.wait_until(is_up));
    CHECK(cluster.broken_at_last() == "");
    CHECK(cluster.store.number("SELECT count(*) FROM events") == cluster.sent().size());
    CHECK(becomes_ready(daemon));
    cluster.stop(0);
}
