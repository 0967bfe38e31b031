// Ok, warning, critical: what an administrator sees in systemctl status, carecloudctl status and /readyz when something
// is wrong, and that each reason names its remedy, once.
#include "support/notify_socket.hpp"
#include "system/api_client.hpp"
#include "system/event_site.hpp"

#include <csignal>
#include <cstdlib>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

// A daemon, and systemd beside it.
struct Watched {
    explicit Watched(AgencyConfig config) : agency(std::move(config)), daemon(start()) {}

    Process start() {
        return agency.start([&] { return ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1); });
    }
    nlohmann::json status() {
        systemd.status();  // read as they come: sd_notify(3) waits for a reader
        return api_json(daemon, "/v1/status");
    }
    bool becomes(const std::string& state) {
        return daemon.wait_until([&] { return status().at("state") == state; }, kWithin);
    }
    // The reason whose text has these words.
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
    // systemctl's line has the words, and has them once.
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

AgencyConfig config_of(const PortalProcess& portal,
                       const std::string& rate = "per_second: 1000, burst: 1000") {
    return {.base_url = portal.base_url(), .rate = rate, .more = kApiLine};
}

}  // namespace

TEST_CASE("a portal that is away is a warning once the stream is behind, and ok again when it has answered") {
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

TEST_CASE("a refused key is critical, and the line of systemctl status names the remedy, once") {
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

TEST_CASE("a quota that the portal calls spent is critical, with the remedy") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal));
    REQUIRE(site.becomes("ok"));
    portal.fault("quota", 1);
    REQUIRE(site.becomes("critical"));
    const auto reason = site.reason("(quota_exhausted)");
    CHECK_THAT(reason.at("remedy").get<std::string>(), Contains("have it raised"));
    CHECK(site.exit_code() == 2);
    CHECK(api_status(site.daemon, "/readyz") == 503);
    CHECK(site.says_once("(quota_exhausted)"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("polls that the quota stretches are a warning, a line in the log, and a note on the page") {
    PortalProcess portal({"--records", "20"});
    Watched site(config_of(portal, "per_second: 1000, burst: 1000, monthly_quota: 100"));
    const auto reason = site.reason("claim_attendance is polled every ");
    REQUIRE(reason.is_object());
    CHECK(reason.at("state") == "warning");
    CHECK_THAT(reason.at("text").get<std::string>(), Contains("instead of every 1.0 s"));
    CHECK(site.daemon.says("polls are stretched, since the month's quota has to last: claim_attendance",
                           kWithin));
    CHECK(site.exit_code() == 1);
    CHECK(site.status().at("streams")[0].at("stretched_by_quota") == true);
    CHECK(metric(site.daemon, "carecloud_polls_stretched{stream=\"claim_attendance\"}") == 1);
    CHECK_THAT(ask_api(site.daemon, "GET", "/"), Contains("the quota stretches polls: one every "));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("a reload that is refused is a warning until a good one") {
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

TEST_CASE("clocks that do not agree, and a certificate that ends soon, are warnings") {
    EventSite site({.portal = {"--fault", "no-date"}, .api = "127.0.0.1:0"});
    Process daemon = site.start();
    REQUIRE(becomes_ready(daemon));
    const auto reasons = [&] { return api_json(daemon, "/v1/status").at("reasons").dump(); };
    CHECK(daemon.wait_until([&] { return Contains("have no Date").match(reasons()); }, kWithin));
    CHECK_THAT(reasons(), Contains("the SNS endpoint's certificate ends on "));
    CHECK(ctl(site.agency, daemon, {"status"}).code == 1);
    CHECK(metric(daemon, "carecloud_certificate_end_timestamp_seconds") > 1.7e9);
    CHECK(api_status(daemon, "/readyz") == 200);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("a certificate that has ended is critical, since no event comes, until a new one is in its place") {
    EventSite site({.api = "127.0.0.1:0"});
    Process daemon = site.start();
    REQUIRE(becomes_ready(daemon));
    const auto critical = [&] { return api_json(daemon, "/v1/status").at("state") == "critical"; };
    CHECK_FALSE(critical());
    site.issue("localhost", -60);
    REQUIRE(daemon.wait_until(critical, kWithin));
    const std::string reasons = api_json(daemon, "/v1/status").at("reasons").dump();
    CHECK_THAT(reasons, Contains("the SNS endpoint's certificate ended on "));
    CHECK_THAT(reasons, Contains("renew it, and replace the file of sns.tls.certificate"));
    CHECK(ctl(site.agency, daemon, {"status"}).code == 2);
    site.issue("localhost");
    CHECK(daemon.wait_until([&] { return !critical(); }, kWithin));
    CHECK(site.agency.stop(daemon).code == 0);
}
