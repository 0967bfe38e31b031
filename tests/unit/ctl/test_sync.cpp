// carecloudctl sync: which pass it waits for, what it reports, and its message if a pass fails.
#include "ctl/daemon_client.hpp"
#include "unit/ctl/ctl_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

struct StatusAt {
    std::string now = "2026-11-27T03:10:00.000Z";
    std::uint64_t seq = 50;
    std::uint64_t passes = 3;
    std::string ended_at = "2026-11-27T03:09:00.000Z";
    std::uint64_t ms = 20;
    std::string started_at = "2026-11-27T03:00:00.000Z";
    CtlJson error = nullptr;
};

ScriptedAnswer status_at(const StatusAt& at) {
    CtlJson pass{{"ended_at", at.ended_at}, {"ms", at.ms}};
    pass["error"] = at.error;
    CtlJson stream{{"entity", "claim_attendance"}, {"passes", at.passes}};
    stream["last_pass"] = std::move(pass);
    CtlJson status{{"started_at", at.started_at}, {"now", at.now}, {"generation", "g"}, {"seq", at.seq}};
    status["reasons"] = CtlJson::array();
    status["quota"] = {{"sent", at.passes}};
    status["streams"] = CtlJson::array({stream});
    return {"GET /v1/status ", "200 OK", status.dump()};
}

const ScriptedAnswer kNudged{"POST /v1/sync ", "202 Accepted", R"({"nudged":["claim_attendance"]})"};
const ScriptedAnswer kTwoChanges{
    "GET /v1/changes?since=50&limit=5000 ", "200 OK",
    R"({"generation":"g","changes":[{"seq":51,"stream":"claim_attendance","kind":"created"},{"seq":52,"stream":"claim_attendance","kind":"updated"},{"seq":53,"stream":"claim_attendance","kind":"updated"}],"next":53})"};

}  // namespace

TEST_CASE("a pass that began before the request is not waited for") {
    ScriptedApi api({status_at({}), kNudged,
                     // No pass has ended; then one has that took 5 s; then the next one.
                     status_at({.now = "2026-11-27T03:10:00.200Z"}),
                     status_at({.passes = 4, .ended_at = "2026-11-27T03:10:00.300Z", .ms = 5000}),
                     status_at({.seq = 52, .passes = 5, .ended_at = "2026-11-27T03:10:00.500Z"}),
                     kTwoChanges});
    const CtlRun run = api.run({"sync"});
    CHECK(run.exit == CtlExit::ok);
    CHECK(run.out == "claim_attendance: 1 created, 1 updated\n");
    CHECK(run.err.empty());
    CHECK(api.requests().size() == 6);
}

TEST_CASE("the requested pass is sufficient, and no changes are reported as such") {
    ScriptedApi api(
        {status_at({}), kNudged, status_at({.passes = 4, .ended_at = "2026-11-27T03:10:00.030Z"})});
    CHECK(api.run({"sync"}).out == "claim_attendance: nothing new\n");
    CHECK(api.requests().size() == 3);
}

TEST_CASE("a pass that failed halfway is one result, including the changes before the failure") {
    ScriptedApi api(
        {status_at({}), kNudged,
         status_at({.seq = 52, .passes = 5, .ended_at = "2026-11-27T03:10:00.500Z", .error = "HTTP 504"}),
         kTwoChanges});
    const CtlRun run = api.run({"sync"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK(run.out == "claim_attendance: the pass failed: HTTP 504\n  before that: 1 created, 1 updated\n");
}

TEST_CASE("after a restart the first pass of the new process counts, and a failed one is reported") {
    ScriptedApi api(
        {status_at({}),
         kNudged,
         {"GET /v1/status ", "503 Service Unavailable", R"({"code":"not_running","detail":"away"})"},
         status_at({.passes = 0, .started_at = "2026-11-27T03:10:01.000Z"}),
         status_at({.passes = 1, .started_at = "2026-11-27T03:10:01.000Z", .error = "HTTP 403"})});
    const CtlRun run = api.run({"sync"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK(run.out == "claim_attendance: the pass failed: HTTP 403\n");
    CHECK(run.err == "carecloudctl: away; waiting for the daemon\n");
}
