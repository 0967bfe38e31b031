// The real carecloudctl with the real daemon.
#include "system/agency.hpp"
#include "system/programs.hpp"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;
using nlohmann::json;

namespace {

// A daemon with its API on a Unix socket, and carecloudctl.
class CtlWorld {
  public:
    explicit CtlWorld(const std::string& api_more = "")
        : agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m"}) {
        agency.config.more = "api: { listen: \"" + url() + "\"" + api_more + " }\n";
        agency.write_config();
    }
    std::string url() const { return "unix:" + agency.file("api.sock"); }
    Process start_daemon() {
        Process daemon = agency.start();
        if (!daemon.says("pass finished", kWithin)) throw std::runtime_error("no pass: " + daemon.err());
        return daemon;
    }
    Process start_ctl(std::vector<std::string> words) {
        words.insert(words.begin(), {ctl_program(), "--url", url()});
        return Process(
            {.arguments = std::move(words), .output = agency.file("ctl" + std::to_string(++runs_))});
    }
    Run ctl(std::vector<std::string> words) {
        Process process = start_ctl(std::move(words));
        const int code = process.wait(kWithin).code;
        return {.code = code, .out = process.out(), .err = process.err()};
    }

    PortalProcess portal{{"--records", "50"}};
    Agency agency;

  private:
    int runs_ = 0;
};

std::vector<json> lines_in(const std::string& text) {
    std::vector<json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(json::parse(line));
    return lines;
}

std::string hash_of(const std::string& bytes) {
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
    std::ostringstream hex;
    for (const unsigned char byte : hash)
        hex << "0123456789abcdef"[byte >> 4U] << "0123456789abcdef"[byte & 15U];
    return hex.str();
}

}  // namespace

TEST_CASE(
    "without a daemon carecloudctl prints how to start it, and usage errors are reported without a request") {
    CtlWorld world;
    const Run status = world.ctl({"status"});
    CHECK(status.code == 3);
    CHECK(status.out.empty());
    CHECK_THAT(status.err, Contains("cannot connect to the daemon at unix:") &&
                               Contains("systemctl start carecloud-syncd"));
    CHECK(world.ctl({"status", "--watch"}).code == 3);
    CHECK(world.ctl({"changes", "--follow"}).code == 69);
    CHECK(world.ctl({"statsu"}).code == 64);
    CHECK(world.ctl({"changes", "--since", "x"}).code == 64);
    CHECK(world.ctl({}).code == 64);
    CHECK_THAT(world.ctl({"--help"}).out, Contains("Commands:") && Contains("Exit codes:"));
    CHECK_THAT(world.ctl({"--version"}).out, Contains("carecloudctl 0."));
}

TEST_CASE("an operator can check the status, poll for changes, and read them") {
    CtlWorld world;
    Process daemon = world.start_daemon();
    const Run status = world.ctl({"status"});
    CHECK(status.code == 0);
    CHECK_THAT(status.out, Contains(": ok") && Contains("claim_attendance       50  "));
    CHECK(json::parse(world.ctl({"status", "--json"}).out).at("seq") == 50);

    world.portal.control("POST", "/touch", {{"count", 3}});
    const json came = json::parse(world.ctl({"sync", "--json"}).out).at("streams").at(0);
    std::uint64_t changes = 0;
    for (const auto& [kind, number] : came.at("changes").items())
        changes += number.get<std::uint64_t>();
    CHECK(changes == 3);
    CHECK(world.ctl({"sync", "claim_attendance"}).out == "claim_attendance: nothing new\n");
    CHECK(world.ctl({"sync", "nobody"}).code == 1);

    const std::vector<json> all = lines_in(world.ctl({"changes"}).out);
    REQUIRE(all.size() == 53);
    CHECK(lines_in(world.ctl({"changes", "--since", "51"}).out).size() == 2);
    const std::string id = all.back().at("id");
    const Run record = world.ctl({"get", "claim_attendance", id});
    CHECK(record.code == 0);
    CHECK(hash_of(record.out) == all.back().at("hash").get<std::string>());
    CHECK(world.ctl({"get", "claim_attendance", "nobody"}).code == 1);
    CHECK(world.ctl({"events", "--open"}).out == "No open events.\n");
    CHECK(world.ctl({"quarantine"}).out == "No records in quarantine.\n");
    CHECK(world.agency.stop(daemon).code == 0);
}

TEST_CASE("following the changes misses none across a restart of the daemon, and ends with complete lines") {
    CtlWorld world;
    Process daemon = world.start_daemon();
    Process follower = world.start_ctl({"changes", "--follow", "--since", "49"});
    const auto has = [&](std::size_t lines) {
        return [&follower, lines] {
            const std::string out = follower.out();
            return static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) >= lines;
        };
    };
    REQUIRE(follower.wait_until(has(1), kWithin));
    CHECK(world.agency.stop(daemon).code == 0);
    REQUIRE(follower.says("waiting for the daemon", kWithin));
    world.portal.control("POST", "/touch", {{"count", 2}});
    Process second = world.start_daemon();
    REQUIRE(follower.wait_until(has(3), kWithin));
    follower.send(SIGINT);
    CHECK(follower.wait(kWithin).code == 130);
    std::uint64_t seq = 49;
    for (const json& change : lines_in(follower.out()))
        CHECK(change.at("seq") == ++seq);
    CHECK(seq == 52);
    CHECK(world.agency.stop(second).code == 0);
}

TEST_CASE("carecloudctl sends its token, and without the right one it names the file that it needs") {
    const TempDir dir;
    const auto token_file = [&](const std::string& name) {
        write_text(dir.file(name), "the " + name + " one of the tokens\n");
        ::chmod(dir.file(name).c_str(), 0600);
        return dir.file(name);
    };
    CtlWorld world(", token_file: " + token_file("right"));
    Process daemon = world.start_daemon();
    CHECK(world.ctl({"status", "--token-file", token_file("right")}).code == 0);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"status"}, {"status", "--token-file", token_file("wrong")}}) {
        const Run refused = world.ctl(words);
        CHECK(refused.code == 3);
        CHECK_THAT(refused.err, Contains("--token-file") && !Contains("the wrong one"));
    }
    CHECK(world.ctl({"events", "--token-file", dir.file("none")}).code == 77);
    CHECK(world.agency.stop(daemon).code == 0);
}

TEST_CASE(
    "an export has every record of the portal, byte for byte, and its days; a CSV has a line for each") {
    CtlWorld world;
    Process daemon = world.start_daemon();
    const Listing shown = world.portal.listing("claim_attendance");
    const Run whole = world.ctl({"export", "claim_attendance"});
    CHECK(whole.code == 0);
    std::istringstream lines(whole.out);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const std::string id = json::parse(line).at("_id");
        REQUIRE(shown.contains(id));
        CHECK(hash_of(line) == shown.at(id).sha256);
    }
    CHECK(count == 50);
    CHECK(lines_in(world.ctl({"export", "claim_attendance", "--from", "1970-01", "--to", "9999-12"}).out)
              .size() == 50);
    CHECK(world.ctl({"export", "claim_attendance", "--to", "1970-01"}).out.empty());
    const Run csv = world.ctl({"export", "claim_attendance", "--format", "csv"});
    CHECK(csv.code == 0);
    std::size_t rows = 0;
    for (std::size_t at = 0; (at = csv.out.find("\r\n", at)) != std::string::npos; ++at)
        ++rows;
    CHECK(rows == 51);
    CHECK_THAT(csv.out, Contains("_id") && Contains("startDate"));
    CHECK(world.ctl({"export", "nobody"}).code == 1);
    CHECK(world.agency.stop(daemon).code == 0);
}

TEST_CASE("a quarantined record that was fixed at the portal is stored on request") {
    CtlWorld world;
    const std::string id = "00000000000000000000aaaa";
    const auto put = [&](const std::string& modified) {
        world.portal.control("POST", "/put/claim_attendance?silent=true",
                             {{"_id", id},
                              {"workspace_id", "636eeb5d8029cf0df6932c16"},
                              {"bucket_id", "636eeb5d8029cf0df6932c16"},
                              {"modified", modified}});
    };
    put("yesterday");
    Process daemon = world.start_daemon();
    CHECK(daemon.says("record_id=" + id, kWithin));
    CHECK_THAT(world.ctl({"quarantine"}).out, Contains(id));
    const Run still = world.ctl({"quarantine", "--retry", id});
    CHECK(still.code == 1);
    CHECK_THAT(still.out, Contains("received, but still invalid") &&
                              Contains("  it stays in quarantine as last received\n"));
    // Behind the cursor, so no pass finds it.
    put("2024-01-01T00:00:00.0000000Z");
    const Run taken = world.ctl({"quarantine", "--retry", id});
    CHECK(taken.code == 0);
    CHECK(taken.out == "claim_attendance " + id + ": stored; it is no longer in quarantine\n");
    CHECK(world.ctl({"get", "claim_attendance", id}).code == 0);
    CHECK(world.ctl({"quarantine"}).out == "No records in quarantine.\n");
    const Run none = world.ctl({"quarantine", "--retry", id});
    CHECK(none.code == 1);
    CHECK_THAT(none.err, Contains("no record '" + id + "' in quarantine"));
    CHECK(world.agency.stop(daemon).code == 0);
}

TEST_CASE("an output error is a failure") {
    CtlWorld world;
    Process daemon = world.start_daemon();
    Process full({.arguments = {"/bin/sh", "-c",
                                "exec " + ctl_program() + " --url '" + world.url() + "' changes > /dev/full"},
                  .output = world.agency.file("full")});
    CHECK(full.wait(kWithin).code == 74);
    CHECK_THAT(full.err(), Contains("cannot write all of the output"));
    CHECK(world.agency.stop(daemon).code == 0);
}

TEST_CASE(
    "a reconciliation finds deleted records, requires confirmation for many, and backfills can be repeated") {
    CtlWorld world;
    Process daemon = world.start_daemon();
    const Run clean = world.ctl({"reconcile", "claim_attendance"});
    CHECK(clean.code == 0);
    CHECK_THAT(clean.out, Contains("done") && Contains("0 deleted at the portal"));

    world.portal.control("POST", "/delete", {{"entity", "claim_attendance"}, {"count", 2}});
    const Run few = world.ctl({"reconcile", "claim_attendance", "--json"});
    CHECK(few.code == 0);
    CHECK(json::parse(few.out).at("deleted") == 2);
    const auto changes = lines_in(world.ctl({"changes"}).out);
    CHECK(changes.size() == 52);
    CHECK(changes.back().at("kind") == "deleted");

    world.portal.control("POST", "/delete", {{"entity", "claim_attendance"}, {"count", 10}});
    const Run unconfirmed = world.ctl({"reconcile", "claim_attendance"});
    CHECK(unconfirmed.code == 1);
    CHECK_THAT(unconfirmed.out, Contains("10 of 48 records") && Contains("--confirm-deletes"));
    CHECK(world.ctl({"status"}).code == 2);  // critical, until it is confirmed
    const Run confirmed = world.ctl({"reconcile", "claim_attendance", "--confirm-deletes"});
    CHECK(confirmed.code == 0);
    CHECK_THAT(confirmed.out, Contains("10 marked as deleted"));
    CHECK(world.ctl({"status"}).code == 0);

    const Run backfill = world.ctl({"backfill", "claim_attendance", "--from", "2020-01", "--to", "2030-12"});
    CHECK(backfill.code == 0);
    CHECK_THAT(backfill.out, Contains("38 records read; no changes"));
    const Run passes = world.ctl({"passes"});
    CHECK_THAT(passes.out, Contains("backfill") && Contains("awaiting_confirmation"));
    CHECK(world.ctl({"cancel", "1"}).code == 1);  // it has ended
    CHECK(world.ctl({"backfill", "family", "--from", "2020-01", "--to", "2030-12"}).code == 1);
    CHECK(world.agency.stop(daemon).code == 0);
}
