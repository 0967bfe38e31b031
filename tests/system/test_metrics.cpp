// The metrics of the real daemon, as Prometheus reads them, and their use in etc/: every name in the alerts and in the
// dashboard is exported by the daemon, and every alert has an entry in the runbook.
#include "system/agency.hpp"
#include "system/wire_client.hpp"

#include <cstdlib>
#include <regex>
#include <set>
#include <stdexcept>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

std::string source_file(const std::string& name) {
    const char* const root = std::getenv("CARECLOUD_SOURCE_DIR");
    if (!root) throw std::runtime_error("CARECLOUD_SOURCE_DIR is not set");
    return std::string(root) + "/" + name;
}

std::set<std::string> found_in(const std::string& text, const std::string& pattern) {
    const std::regex wanted(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator match(text.begin(), text.end(), wanted), end; match != end; ++match)
        found.insert((*match)[1]);
    return found;
}

// promtool's output; empty if there is no problem.
std::string promtool(const std::string& arguments, const TempDir& dir) {
    Process process(
        {.arguments = {"/bin/sh", "-c", "promtool " + arguments}, .output = dir.file("promtool")});
    const Ended end = process.wait(kWithin);
    return end.code == 0 ? process.err()
                         : process.out() + process.err() + " (is the package prometheus there?)";
}

std::string scraped() {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .poll_every = "5m", .more = "api: { listen: 127.0.0.1:0 }\n"});
    Process daemon = agency.start();
    REQUIRE(daemon.says("pass finished", kWithin));
    const std::string said = daemon.err();
    const std::string address = "address=127.0.0.1:";
    const auto port =
        static_cast<std::uint16_t>(std::stoi(said.substr(said.find(address) + address.size(), 5)));
    WireClient client(port, WireClient::Wire::plain);
    client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    const std::string reply = client.reply();
    CHECK(status_of(reply) == 200);
    CHECK(agency.stop(daemon).code == 0);
    return reply.substr(reply.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("promtool accepts the metrics, and alerts, dashboard and manual name no others") {
    const TempDir dir;
    const std::string text = scraped();
    write_text(dir.file("metrics"), text);
    CHECK(promtool("check metrics < " + dir.file("metrics"), dir) == "");
    CHECK(text.find("carecloud_records_total{kind=\"created\",stream=\"claim_attendance\"} ") !=
          std::string::npos);

    std::set<std::string> exported = found_in(text, "# TYPE (carecloud_[a-z_]+) ");
    CHECK(exported.size() > 19);
    exported.insert("carecloud_quota_used_ratio");  // if there is a quota
    exported.insert("carecloud_records_held");      // once they are counted
    exported.insert("carecloud_reconciled_timestamp_seconds");
    exported.insert("carecloud_certificate_end_timestamp_seconds");
    for (const char* name : {"active", "takeovers_total", "lost_total", "unled_seconds_max"})
        exported.insert("carecloud_engine_" + std::string(name));  // if several daemons share the store
    for (const char* name :
         {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
          "process_start_time_seconds", "carecloud_store_bytes", "carecloud_disk_free_bytes"}) {
        INFO(name);
        CHECK(text.find("\n" + std::string(name) + " ") != std::string::npos);
    }
    for (const char* file : {"etc/alerts.yaml", "etc/dashboard.json", "etc/runbook.md",
                             "packaging/manual/api.md", "packaging/manual/reconciliation.md"}) {
        INFO(file);
        const std::set<std::string> named =
            found_in(read_text(source_file(file)), "(carecloud_[a-z_]+)[^a-z_]");
        CHECK_FALSE(named.empty());
        for (std::string name : named) {
            const std::string bucket = "_bucket";
            if (name.ends_with(bucket)) name.resize(name.size() - bucket.size());
            INFO(name);
            CHECK(exported.contains(name));
        }
    }
}

TEST_CASE("each alert rule is quiet and fires as specified in its test, and every rule has a test") {
    const TempDir dir;
    const std::string tests = source_file("tests/system/alerts_test.yaml");
    CHECK(promtool("test rules " + tests, dir) == "");
    const std::set<std::string> alerts =
        found_in(read_text(source_file("etc/alerts.yaml")), "- alert: (\\w+)");
    CHECK(found_in(read_text(tests), "alertname: (\\w+), exp_alerts: \\[\\] ") == alerts);
    CHECK(found_in(read_text(tests), "alertname: (\\w+)\n +exp_alerts:\n +- exp_labels: ") == alerts);
}

TEST_CASE("promtool accepts the alert rules, each has an entry in the runbook, and the dashboard is JSON") {
    const TempDir dir;
    CHECK(promtool("check rules " + source_file("etc/alerts.yaml"), dir) == "");
    const std::set<std::string> alerts =
        found_in(read_text(source_file("etc/alerts.yaml")), "- alert: (\\w+)");
    const std::set<std::string> entries = found_in(read_text(source_file("etc/runbook.md")), "\n## (\\w+)\n");
    CHECK(alerts.size() > 10);
    CHECK(alerts == entries);
    const std::string url = "runbook_url: file:///usr/share/doc/carecloud-syncd/runbook.md#(\\w+)\n";
    CHECK(found_in(read_text(source_file("etc/alerts.yaml")), url).size() == alerts.size());
    const auto dashboard = nlohmann::json::parse(read_text(source_file("etc/dashboard.json")));
    std::set<int> ids;
    for (const auto& panel : dashboard.at("panels")) {
        CHECK(ids.insert(panel.at("id").get<int>()).second);
        CHECK_FALSE(panel.at("targets").empty());
    }
    CHECK(ids.size() > 10);
}
