// Backfills and reconciliations, as an operator starts, watches and cancels them.
#include "ctl/pass_text.hpp"
#include "unit/ctl/ctl_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

CtlJson backfill_pass(const std::string& state, std::uint64_t steps_done, std::uint64_t records) {
    return {{"id", 7},
            {"kind", "backfill"},
            {"entity", "claim_attendance"},
            {"state", state},
            {"deep", false},
            {"from", "2026-01-01"},
            {"to", "2026-03-31"},
            {"steps_done", steps_done},
            {"steps", 3},
            {"records", records},
            {"expected", nullptr},
            {"found_missing", 0},
            {"found_gone", 0},
            {"found_changed", 0},
            {"deleted", 0},
            {"changes", 12},
            {"requests", 40},
            {"started_at", nullptr},
            {"updated_at", "2026-11-27T03:00:00.000Z"},
            {"error", nullptr},
            {"hint", nullptr}};
}

CtlJson unconfirmed_pass() {
    CtlJson pass = backfill_pass("awaiting_confirmation", 1, 5000);
    pass["kind"] = "reconcile";
    pass["deep"] = true;
    pass["from"] = nullptr;
    pass["to"] = nullptr;
    pass["found_gone"] = 4000;
    pass["hint"] = "look at the filter";
    pass["error"] = "4,000 of 5,000 records are missing at the portal\x1b";
    return pass;
}

}  // namespace

TEST_CASE("a backfill is started, watched across a short outage of the daemon, and its result is printed") {
    ScriptedApi api({
        {"POST /v1/backfill?entity=claim_attendance&from=2026-01-01&to=2026-03-31 ", "202 Accepted",
         backfill_pass("waiting", 0, 0).dump()},
        {"GET /v1/passes/7 ", "200 OK", backfill_pass("running", 1, 400).dump()},
        {"GET /v1/passes/7 ", "503 Service Unavailable",
         R"({"code":"not_running","detail":"away","hint":""})"},
        {"GET /v1/passes/7 ", "200 OK", backfill_pass("done", 3, 1234).dump()},
    });
    const CtlRun run = api.run({"backfill", "claim_attendance", "--from", "2026-01", "--to", "2026-03"});
    CHECK(run.exit == CtlExit::ok);
    CHECK(run.out ==
          "pass 7, backfill of claim_attendance, 2026-01-01 to 2026-03-31: done\n"
          "  1,234 records read; 12 changes, 40 requests\n");
    CHECK(run.err == "carecloudctl: away; waiting for the daemon\n");
}

TEST_CASE("waiting for a pass is optional, and its JSON is available for programs") {
    ScriptedApi api({{"POST /v1/reconcile?entity=claim_attendance&deep=true&confirm_deletes=true ",
                      "202 Accepted", backfill_pass("waiting", 0, 0).dump()}});
    const std::vector<std::string> words{"reconcile",         "claim_attendance", "--deep",
                                         "--confirm-deletes", "--no-wait",        "--json"};
    const CtlRun run = api.run(words);
    CHECK(run.exit == CtlExit::ok);
    CHECK(CtlJson::parse(run.out).at("id") == 7);
    CHECK(api.requests().size() == 1);
}

TEST_CASE(
    "a reconciliation that requires confirmation, and passes that fail or are canceled, exit with 1 and the "
    "remedy") {
    ScriptedApi unconfirmed({{"POST /v1/reconcile?entity=claim_attendance&deep=false&confirm_deletes=false ",
                              "202 Accepted", unconfirmed_pass().dump()}});
    const CtlRun run = unconfirmed.run({"reconcile", "claim_attendance"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK(run.out ==
          "pass 7, reconcile of claim_attendance, deep: stopped for confirmation of deletes\n"
          "  5,000 records read, 0 missing here, 0 changed, 4,000 deleted at the portal, "
          "0 marked as deleted; 12 changes, 40 requests\n"
          "  4,000 of 5,000 records are missing at the portal\\x1b\n"
          "  look at the filter\n");
    for (const char* state : {"failed", "canceled"}) {
        ScriptedApi ended({{"POST", "202 Accepted", backfill_pass(state, 1, 5).dump()}});
        CHECK(ended.run({"backfill", "claim_attendance", "--from", "2026-01", "--to", "2026-03"}).exit ==
              CtlExit::wrong);
    }
    ScriptedApi silent({{"POST", "202 Accepted", "{}"}});
    CHECK(silent.run({"backfill", "x", "--to", "2026-03"}).exit == CtlExit::usage);
    CHECK(silent.run({"backfill", "x", "--from", "2026-04", "--to", "2026-03"}).exit == CtlExit::usage);
    CHECK(silent.requests().empty());
    CHECK(silent.run({"reconcile", "x"}).exit == CtlExit::protocol);
}

TEST_CASE("passes are listed, and one is canceled") {
    const CtlJson list{{"passes", {backfill_pass("running", 1, 400), unconfirmed_pass()}}};
    ScriptedApi api({{"GET /v1/passes?limit=2 ", "200 OK", list.dump()}});
    CHECK(api.run({"passes", "--limit", "2"}).out ==
          "PASS  KIND             STREAM            STATE\n"
          "   7  backfill         claim_attendance  running\n"
          "    DAYS 2026-01-01 to 2026-03-31  STEPS 1/3  RECORDS 400  CHANGES 12\n"
          "    UPDATED (UTC) 2026-11-27 03:00:00\n"
          "   7  reconcile, deep  claim_attendance  awaiting_confirmation\n"
          "    STEPS 1/3  RECORDS 5,000  CHANGES 12  UPDATED (UTC) 2026-11-27 03:00:00\n");
    ScriptedApi none({{"GET /v1/passes ", "200 OK", R"({"passes":[]})"}});
    CHECK_THAT(none.run({"passes"}).out, Contains("No backfills or reconciliations yet.\n"));
    ScriptedApi cancel(
        {{"DELETE /v1/passes/7 ", "202 Accepted", backfill_pass("canceled", 1, 400).dump()},
         {"DELETE /v1/passes/..%2Fx ", "404 Not Found", R"({"code":"no_such_pass","detail":"none"})"}});
    CHECK(cancel.run({"cancel", "7"}).out == "Pass 7 is being canceled; stored records are kept.\n");
    CHECK(cancel.run({"cancel", "../x"}).exit == CtlExit::wrong);
}

TEST_CASE("progress shows the amount done, the rate, and the remaining time") {
    const CtlJson first = backfill_pass("running", 0, 0);
    CHECK(pass_progress(backfill_pass("waiting", 0, 0), first, 5s) == "queued");
    CtlJson unknown = backfill_pass("running", 0, 20);
    unknown["steps"] = 0;
    CHECK(pass_progress(unknown, unknown, 0s) == "[........................] 20 records");
    CHECK(pass_progress(first, first, 0s) == "[........................] 0 of 3 months, no records");
    CHECK(pass_progress(backfill_pass("running", 1, 400), first, 10s) ==
          "[########................] 1 of 3 months, 400 records, 40 per second, about 20 s left");
    CtlJson counted_pass = backfill_pass("running", 0, 2500);
    counted_pass["expected"] = 10000;
    CHECK(pass_progress(counted_pass, first, 5s) ==
          "[######..................] 0 of 3 months, 2,500 records, 500 per second, about 15 s left");
    counted_pass["expected"] = 100;
    CHECK_THAT(pass_progress(counted_pass, first, 5s), Contains("[########################]"));
}
