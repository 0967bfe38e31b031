// carecloudctl doctor with every kind of the loopback portal: its findings and recommended settings.
#include "system/agency.hpp"
#include "system/programs.hpp"

#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;
using nlohmann::json;

namespace {

Run doctor(Agency& agency, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {ctl_program(), "doctor", "--config", agency.config_path()});
    const TempDir dir;
    Process process({.arguments = std::move(more), .output = dir.file("doctor")});
    const int code = process.wait(kWithin).code;
    return {.code = code, .out = process.out(), .err = process.err()};
}

// The checks, by name.
std::map<std::string, json> checks_of(const Run& run) {
    std::map<std::string, json> checks;
    const json report = json::parse(run.out);
    for (const json& check : report.at("streams").at(0).at("checks"))
        checks[check.at("check").get<std::string>()] = check;
    return checks;
}

}  // namespace

TEST_CASE("a healthy portal has no findings, and the daemon's store is not touched") {
    PortalProcess portal({"--records", "50"});
    Agency agency(portal.base_url());
    const Run run = doctor(agency);
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK_THAT(run.out, Contains("claim_attendance\n  good  reachable   responded in ") &&
                            Contains("  good  key         accepted\n") &&
                            Contains("  good  clock       agrees with the portal\n") &&
                            Contains("_id as a string, $or works\n") &&
                            Contains("all 50 records in one response"));
    CHECK(read_text(agency.store_path()).empty());
    CHECK(secret_in(run.out) == "");
}

TEST_CASE("differences of a portal are detected, and a setting that would lose records is bad") {
    PortalProcess portal({"--records", "50", "--dialect", "modified=date,id=oid,or=no,cap=20", "--no-gzip"});
    Agency agency(portal.base_url());
    const Run found = doctor(agency, {"--json"});
    CHECK(found.code == 0);
    auto checks = checks_of(found);
    CHECK(checks["dialect"]["found"] == "modified as a date, _id as an ObjectId, $or does not work");
    CHECK(checks["page"]["verdict"] == "note");
    CHECK_THAT(checks["page"]["remedy"].get<std::string>(), Contains("portal.page_size: 20"));
    CHECK(checks["gzip"]["verdict"] == "note");

    std::string text = agency.config_text();
    const std::size_t at = text.find("portal:\n");
    REQUIRE(at != std::string::npos);
    text.insert(at + 8, "  dialect: { modified: string, id: oid, keyset: false }\n");
    write_text(agency.config_path(), text);
    const Run wrong = doctor(agency, {"--json"});
    CHECK(wrong.code == 1);
    CHECK(checks_of(wrong)["dialect"]["verdict"] == "bad");
    CHECK(checks_of(wrong)["dialect"]["remedy"] ==
          "set portal.dialect: { modified: date, id: oid, keyset: false }, or portal.dialect: auto");
}

TEST_CASE("if action is required, the remedy is printed, and no further checks are made") {
    std::string gone;
    {
        PortalProcess portal({"--records", "5"});
        gone = portal.base_url();
        portal.fault("403", 1);
        Agency agency(portal.base_url());
        const Run refused = doctor(agency);
        CHECK(refused.code == 1);
        CHECK_THAT(refused.out,
                   Contains("  good  reachable") && Contains("  bad   key") && !Contains("dialect"));
        PortalProcess empty;
        Agency young(empty.base_url());
        const Run none = doctor(young);
        CHECK(none.code == 0);
        CHECK_THAT(none.out, Contains("  note  dialect     cannot be detected: the stream has no records"));
    }
    Agency agency(gone);
    const Run unreachable = doctor(agency);
    CHECK(unreachable.code == 1);
    CHECK_THAT(unreachable.out, Contains("  bad   reachable") && Contains("portal.base_url"));
    write_text(agency.config_path(), "portal: 5\n");
    const Run invalid = doctor(agency);
    CHECK(invalid.code == 1);
    CHECK_THAT(invalid.err, Contains("config.yaml:1:"));
}
