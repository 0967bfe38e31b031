// Ok, warning, critical: what an administrator sees in systemctl status, carecloudctl status and /readyz if something
// is wrong, and that each reason contains its remedy once.
#include "support/notify_socket.hpp"
#include "system/api_client.hpp"
#include "system/event_site.hpp"
#include "system/movable_clock.hpp"
#include "system/small_disk.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

// A daemon, and systemd.
struct Watched {
    explicit Watched(AgencyConfig config, const std::function<int()>& prepare = {})
        : agency(std::move(config)), daemon(start(prepare)) {}

    Process start(const std::function<int()>& prepare) {
        return agency.start([&] {
            ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
            return prepare ? prepare() : 0;
        });
    }
    nlohmann::json status() {
        systemd.status();  // read continuously: sd_notify(3) waits for a reader
        return api_json(daemon, "/v1/status");
    }
    bool becomes(const std::string& state) {
        return daemon.wait_until([&] { return status().at("state") == state; }, kWithin);
    }
    // The reason whose text contains these words.
    nlohmann::json reason(const std::string& words) {
        nlohmann::json found;
        const auto shown = [&] {
            const nlohmann::json now = status();
            for (const auto& reason : now.at("reasons"))
                if (reason.at("text").get<std::string>().find(words) != std::string::npos) found = reason;
            return !found.is_null();
        };
        daemon.wait_until(shown, kWithin);
        return found;
    }
    int exit_code() { return ctl(agency, daemon, {"status"}).code; }
    // systemctl's line contains the text exactly once.
    bool says_once(const std::string& words) {
        return daemon.wait_until(
            [&] {
                const std::string line = systemd.status();
                const std::size_t at = line.find(words);
                return at != std::string::npos && line.find(words, at + 1) == std::string::npos;
            },
            kWithin);
    }

    NotifySocket systemd;
    Agency agency;
    Process daemon;
};

// Fills the file's file system.
void fill_up(const std::string& path) {
    std::ofstream filler(path, std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
}

AgencyConfig config_of(const PortalProcess& portal,
                       const std::string& rate = "per_second: 1000, burst: 1000") {
    return {.base_url = portal.base_url(), .rate = rate, .more = kApiLine};
}

}  // namespace

TEST_CASE(
    "an unreachable portal is a warning once the stream is behind, and the state is ok again once it has "
    "responded") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal));
    REQUIRE(site.becomes("ok"));
    CHECK(site.exit_code() == 0);
    CHECK(site.says_once("claim_attendance: newest record "));
    portal.fault("503", 1);
    REQUIRE(site.becomes("warning"));
    const auto reason = site.reason("claim_attendance is behind: ");
    CHECK(reason.at("state") == "warning");
    CHECK(reason.at("stream") == "claim_attendance");
    CHECK_FALSE(reason.at("remedy").get<std::string>().empty());
    CHECK(site.exit_code() == 1);
    CHECK(api_status(site.daemon, "/readyz") == 200);
    CHECK(metric(site.daemon, "carecloud_state") == 1);
    CHECK(site.says_once("warning: claim_attendance is behind: "));
    portal.clear_faults();
    CHECK(ctl(site.agency, site.daemon, {"sync"}).code == 0);
    CHECK(site.becomes("ok"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("a refused key is critical, and the line of systemctl status contains the remedy once") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal));
    REQUIRE(site.becomes("ok"));
    portal.fault("403", 1);
    REQUIRE(site.becomes("critical"));
    const auto reason = site.reason("(key_refused)");
    CHECK_FALSE(reason.at("remedy").get<std::string>().empty());
    CHECK(site.exit_code() == 2);
    CHECK(api_status(site.daemon, "/readyz") == 503);
    CHECK(site.says_once("(key_refused)"));
    CHECK(site.says_once("remedy: " + reason.at("remedy").get<std::string>()));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("a quota that the portal reports as used up is critical, with the remedy") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal));
    REQUIRE(site.becomes("ok"));
    portal.fault("quota", 1);
    REQUIRE(site.becomes("critical"));
    const auto reason = site.reason("(quota_exhausted)");
    CHECK_THAT(reason.at("remedy").get<std::string>(),
               Contains("the monthly quota of requests is used up: request a larger one"));
    CHECK(site.exit_code() == 2);
    CHECK(api_status(site.daemon, "/readyz") == 503);
    CHECK(site.says_once("(quota_exhausted)"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("polls stretched by the quota cause a warning, a line in the log, and a note on the page") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal, "per_second: 1000, burst: 1000, monthly_quota: 100"));
    const auto reason = site.reason("claim_attendance is polled every ");
    REQUIRE(reason.is_object());
    CHECK(reason.at("state") == "warning");
    CHECK_THAT(reason.at("text").get<std::string>(), Contains("instead of every 1.0 s"));
    CHECK(site.daemon.says("polling less often to stay within the monthly quota: claim_attendance", kWithin));
    CHECK(site.exit_code() == 1);
    CHECK(site.status().at("streams")[0].at("stretched_by_quota") == true);
    CHECK(metric(site.daemon, "carecloud_polls_stretched{stream=\"claim_attendance\"}") == 1);
    CHECK_THAT(ask_api(site.daemon, "GET", "/"), Contains("polling less often because of the quota: every "));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("a refused reload is a warning until one succeeds") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal));
    REQUIRE(site.becomes("ok"));
    const AgencyConfig good = site.agency.config;
    site.agency.config.more += "nonsense: 1\n";
    site.agency.write_config();
    site.daemon.send(SIGHUP);
    REQUIRE(site.becomes("warning"));
    CHECK_THAT(site.reason("nonsense").at("remedy").get<std::string>(), Contains("carecloud-syncd --check"));
    CHECK(site.exit_code() == 1);
    CHECK(site.says_once("reload refused"));
    site.agency.config = good;
    site.agency.write_config();
    site.daemon.send(SIGHUP);
    CHECK(site.becomes("ok"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("clocks that differ and a certificate that expires soon are warnings") {
    EventSite site({.portal = {"--fault", "no-date"}, .api = "127.0.0.1:0"});
    Process daemon = site.start();
    REQUIRE(becomes_ready(daemon));
    const auto reasons = [&] { return api_json(daemon, "/v1/status").at("reasons").dump(); };
    CHECK(daemon.wait_until([&] { return Contains("have no Date").match(reasons()); }, kWithin));
    CHECK_THAT(reasons(), Contains("the SNS endpoint's certificate expires on "));
    CHECK(ctl(site.agency, daemon, {"status"}).code == 1);
    CHECK(metric(daemon, "carecloud_certificate_end_timestamp_seconds") > 1.7e9);
    CHECK(api_status(daemon, "/readyz") == 200);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("an expired certificate is critical, since no events arrive, until it is replaced") {
    EventSite site({.api = "127.0.0.1:0"});
    Process daemon = site.start();
    REQUIRE(becomes_ready(daemon));
    const auto critical = [&] { return api_json(daemon, "/v1/status").at("state") == "critical"; };
    CHECK_FALSE(critical());
    site.issue("localhost", -60);
    REQUIRE(daemon.wait_until(critical, kWithin));
    const std::string reasons = api_json(daemon, "/v1/status").at("reasons").dump();
    CHECK_THAT(reasons, Contains("the SNS endpoint's certificate expired on "));
    CHECK_THAT(reasons, Contains("renew it and replace the file of sns.tls.certificate"));
    CHECK(daemon.says("error the SNS endpoint's certificate expired on ", kWithin));
    CHECK(ctl(site.agency, daemon, {"status"}).code == 2);
    site.issue("localhost");
    CHECK(daemon.wait_until([&] { return !critical(); }, kWithin));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE(
    "a disk that fills up is a warning, critical once nothing can be stored, and ok when there is space") {
    PortalProcess portal({"--records", "50"});
    const TempDir disk;
    const auto prepare = [&] { return mount_small(disk.path(), "16m"); };
    AgencyConfig config = config_of(portal);
    config.store_url = "sqlite:" + disk.file("store.db");
    config.disk_warning = "10%";
    if (Agency(config).run({"--check"}, prepare).code == kNoMount) {
        WARN("skipped: this user may not mount");
        return;
    }
    Watched site(config, prepare);
    REQUIRE(site.becomes("ok"));
    // As the daemon sees it: its disk is visible to no other process.
    const std::string filler = "/proc/" + std::to_string(site.daemon.pid()) + "/root" + disk.file("filler");
    const std::string remedy = "df -h " + disk.path();
    fill_up(filler);
    REQUIRE(site.becomes("warning"));
    CHECK(site.says_once("warning: the store's disk has 0 % free"));
    CHECK(site.says_once("remedy: free space: " + remedy));
    CHECK(site.daemon.says("free space: " + remedy, kWithin));
    CHECK(site.exit_code() == 1);
    CHECK(api_status(site.daemon, "/readyz") == 200);

    portal.control("POST", "/generate", {{"count", 3000}, {"batch", 70}});
    REQUIRE(site.becomes("critical"));
    const auto reason = site.reason("(store_full)");
    CHECK_THAT(reason.at("remedy").get<std::string>(), Contains(remedy));
    CHECK(site.says_once("critical: claim_attendance waiting: "));
    CHECK(site.says_once("(store_full)"));
    const Run shown = ctl(site.agency, site.daemon, {"status"});
    CHECK(shown.code == 2);
    CHECK_THAT(shown.out, Contains("(store_full)") && Contains(remedy));
    CHECK_THAT(ask_api(site.daemon, "GET", "/readyz"), Contains(" 503 ") && Contains(remedy));

    std::filesystem::remove(filler);
    CHECK(ctl(site.agency, site.daemon, {"sync"}).code == 0);
    CHECK(site.becomes("ok"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE(
    "changes that no event announces are critical within minutes, with the remedy, until events arrive "
    "again") {
    if (!MovableClock::is_there()) {
        WARN("skipped: libfaketime does not work with the sanitizers; the release build runs this test");
        return;
    }
    EventSite site({.records = 20, .poll_every = "1s", .api = "127.0.0.1:0"});
    site.issue("localhost", 90L * 24 * 3600);
    const MovableClock clock;
    NotifySocket systemd;
    Process daemon = site.start([&, move = clock.prepare()] {
        ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
        return move();
    });
    const auto comes = [&](const std::function<bool()>& condition) {
        const auto reading = [&] {
            systemd.status();  // read continuously: sd_notify(3) waits for a reader
            return condition();
        };
        return daemon.wait_until(reading, kWithin);
    };
    const auto says = [&](const std::string& words) {
        return comes([&] { return systemd.status().find(words) != std::string::npos; });
    };
    site.subscribe(daemon);
    REQUIRE(comes([&] { return api_status(daemon, "/readyz") == 200; }));
    const std::string updated = "carecloud_records_total{kind=\"updated\",stream=\"claim_attendance\"}";
    site.portal.control("POST", "/touch", {{"count", 20}, {"silent", true}});
    REQUIRE(comes([&] { return metric(daemon, updated) >= 20; }));
    clock.move(3min);  // until then their events may still arrive
    REQUIRE(says("critical: claim_attendance receives almost no events (push silent)"));
    CHECK(says("remedy: run aws sns list-subscriptions-by-topic; subscribe again"));
    const Run shown = ctl(site.agency, daemon, {"status"});
    CHECK(shown.code == 2);
    CHECK_THAT(shown.out, Contains("push silent") && Contains("aws sns list-subscriptions-by-topic"));
    CHECK(api_status(daemon, "/readyz") == 503);
    CHECK(api_status(daemon, "/readyz?for=sns") == 200);
    CHECK(metric(daemon, "carecloud_push_silent{stream=\"claim_attendance\"}") == 1);

    site.submit({{"count", 20}});
    const auto all_taken = [&] { return metric(daemon, updated) > 20 && site.counts().at("pending") == 0; };
    REQUIRE(comes(all_taken));
    clock.move(6min);
    CHECK(comes([&] { return metric(daemon, "carecloud_push_silent{stream=\"claim_attendance\"}") == 0; }));
    CHECK(comes([&] { return systemd.status().find("push silent") == std::string::npos; }));
    CHECK(api_status(daemon, "/readyz") == 200);
    CHECK(site.agency.stop(daemon).code == 0);
}
