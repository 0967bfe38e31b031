// The log as read by programs: every line is a JSON object with its fields, one line per pass with its counts, an
// outage logged once and not at each attempt, and its end.
#include "system/agency.hpp"
#include "system/programs.hpp"
#include "system/store_reader.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

void log_as_json(const Agency& agency) {
    std::string text = agency.config_text();
    const std::string level = "log: { level: trace }";
    text.replace(text.find(level), level.size(), "log: { level: info, format: json }");
    write_text(agency.config_path(), text);
}

std::vector<json> lines_of(const std::string& log) {
    std::vector<json> lines;
    std::istringstream in(log);
    for (std::string line; std::getline(in, line);)
        lines.push_back(json::parse(line));
    return lines;
}

// Agency::stop() searches for the text of a log that is not JSON.
std::vector<json> lines_once_stopped(const Agency& agency, Process& daemon) {
    daemon.send(SIGTERM);
    const Run run = agency.said(daemon, daemon.wait(kStopWithin).code);
    CHECK(run.code == 0);
    return lines_of(run.err);
}

std::vector<json> saying(const std::vector<json>& lines, const std::string& message) {
    std::vector<json> found;
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
                 [&](const json& line) { return line.at("message") == message; });
    return found;
}

std::size_t with_code(const std::vector<json>& lines, const std::string& code) {
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const json& line) {
        return line.contains("code") && line.at("code") == code;
    }));
}

}  // namespace

TEST_CASE("every line is an object with its fields; an outage and its end are each logged once") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "1s"});
    log_as_json(agency);
    Process daemon = agency.start();
    REQUIRE(daemon.says("\"message\":\"pass finished\"", kWithin));
    portal.kill();
    REQUIRE(daemon.says("\"code\":\"unreachable\"", kWithin));
    portal.start_again();
    REQUIRE(daemon.says("stream recovered", kWithin));
    const std::vector<json> lines = lines_once_stopped(agency, daemon);
    for (const json& line : lines) {
        INFO(line.dump());
        CHECK(line.at("time").get<std::string>().ends_with("Z"));
        CHECK_FALSE(line.at("level").get<std::string>().empty());
        CHECK_FALSE(line.at("message").get<std::string>().empty());
    }
    const std::vector<json> passes = saying(lines, "pass finished");
    REQUIRE_FALSE(passes.empty());
    const json& first = passes.front();
    CHECK(first.at("stream") == "claim_attendance");
    CHECK(first.at("pass").get<int>() >= 1);
    CHECK(first.value("created", 0) + first.value("disabled", 0) == 50);
    CHECK(first.at("requests").get<int>() > 1);
    CHECK(first.at("ms").is_number());
    CHECK(first.at("cursor").is_string());

    CHECK(with_code(lines, "unreachable") == 1);
    const std::vector<json> well = saying(lines, "stream recovered");
    REQUIRE(well.size() == 1);
    CHECK(well.front().at("stream") == "claim_attendance");
    // Of passes; a request that was repeated successfully does not count.
    CHECK(well.front().value("failures", 1) >= 1);
}

TEST_CASE("each request to the portal is logged at debug, without ids or values of a filter") {
    PortalProcess portal({"--records", "50"});
    AgencyConfig config{.base_url = portal.base_url(), .poll_every = "1h"};
    config.stream_more = "filter: { status: { $ne: nosuchstatus } }";
    Agency agency(std::move(config));
    std::string text = agency.config_text();
    const std::string level = "log: { level: trace }";
    text.replace(text.find(level), level.size(), "log: { level: debug, format: json }");
    write_text(agency.config_path(), text);
    const Run run = agency.once();
    REQUIRE(run.code == 0);
    const std::vector<json> requests = saying(lines_of(run.err), "portal request");
    REQUIRE_FALSE(requests.empty());
    for (const json& request : requests) {
        INFO(request.dump());
        CHECK(request.at("level") == "debug");
        CHECK(request.at("method") == "POST");
        CHECK(request.at("path").get<std::string>().ends_with("/appdata/claim_attendance/query"));
        CHECK(request.at("filter").get<std::string>().find(R"({"status":{"$ne":"?"}})") != std::string::npos);
        CHECK(request.at("take").get<int>() > 0);
        CHECK(request.at("status") == 200);
        CHECK(request.at("bytes").get<int>() > 0);
        CHECK(request.at("ms").is_number());
    }
    CHECK_FALSE(run.says("nosuchstatus"));
    const std::string all = json(requests).dump();
    for (const auto& [key, record] : read_store(agency.store_path()).records)
        CHECK(all.find(key.second) == std::string::npos);
}

TEST_CASE("a reconciliation that cannot reach the portal is logged once, and so is its recovery") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "1h"});
    const std::string socket = agency.file("api.sock");
    agency.config.more = "api: { listen: \"unix:" + socket + "\" }\n";
    log_as_json(agency);
    Process daemon = agency.start();
    REQUIRE(daemon.says("API listening", kWithin));
    REQUIRE(daemon.says("\"message\":\"pass finished\"", kWithin));
    portal.kill();
    Process ctl({.arguments = {ctl_program(), "--url", "unix:" + socket, "reconcile", "claim_attendance",
                               "--no-wait"},
                 .output = agency.file("ctl")});
    REQUIRE(ctl.wait(kWithin).code == 0);
    // Its row is written whenever an attempt has ended.
    std::uint64_t first = 0;
    const auto tried_again = [&] {
        const std::vector<ReadPass> passes = read_passes(agency.store_path());
        if (passes.empty() || passes.front().error.empty()) return false;
        if (first == 0) first = passes.front().requests;
        return passes.front().requests > first;
    };
    REQUIRE(daemon.wait_until(tried_again, kWithin));
    portal.start_again();
    REQUIRE(daemon.says("reconcile finished", kWithin));
    const std::vector<json> lines = lines_once_stopped(agency, daemon);
    CHECK(saying(lines, "reconcile started").size() == 1);
    const std::vector<json> interrupted = saying(lines, "reconcile interrupted, will be retried");
    REQUIRE(interrupted.size() == 1);
    CHECK(interrupted.front().at("code") == "unreachable");
    const std::vector<json> well = saying(lines, "reconcile recovered");
    REQUIRE(well.size() == 1);
    CHECK(well.front().at("failures").get<int>() > 1);
    CHECK(well.front().at("pass") == interrupted.front().at("pass"));
}
