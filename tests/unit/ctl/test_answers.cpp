// How carecloudctl handles responses: valid ones, refusals, and those of programs that are not the daemon.
#include "support/temp_dir.hpp"
#include "unit/ctl/ctl_fixture.hpp"

#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

std::string problem_text(int status, const std::string& code) {
    return R"({"type":"about:blank","title":"x","status":)" + std::to_string(status) + R"(,"code":")" + code +
           R"(","detail":"so it is","hint":"do that"})";
}

std::string status_json(const std::string& state, const std::string& reasons, const std::string& error) {
    return R"({"version":"0.1.0","started_at":"2026-11-27T03:00:00.000Z","now":"2026-11-27T03:10:00.000Z","state":")" +
           state + R"(","reasons":)" + reasons +
           R"(,"generation":"g","seq":20005,"events_open":1,"quarantined":0,"versions":{"kept":1234,"bytes":5200000},"unauthorized":0,"quota":{"month":"2026-11","requests":1100,"sent":1064,"reserved":36,"limit":100000},"streams":[{"entity":"claim_attendance","cursor":{"modified":"2026-11-27T02:58:00.0000000Z","id":"x"},"safe_modified":null,"records":20000,"passes":3,"last_pass":{"ended_at":"2026-11-27T03:09:48.000Z","ms":20,"pages":1,"requests":1,"created":3,"updated":1200,"disabled":0,"deleted":0,"restored":0,"quarantined":0,"error":)" +
           error +
           R"(}},{"entity":"provider","cursor":null,"safe_modified":null,"records":null,"passes":0,"last_pass":null}]})";
}

std::string reason_json(const std::string& state) {
    return R"([{"state":")" + state +
           R"(","text":"the key\u001b is refused","since":"2026-11-27T03:01:00.000Z","remedy":"renew it","stream":null}])";
}

}  // namespace

TEST_CASE("status shows immediately whether all is well") {
    ScriptedApi well({{"GET /v1/status ", "200 OK", status_json("ok", "[]", "null")}});
    const CtlRun good = well.run({"status"});
    CHECK(good.exit == CtlExit::ok);
    CHECK(good.err.empty());
    CHECK(good.out ==
          "carecloud-syncd 0.1.0: ok, started 10 min ago\n"
          "\n"
          "STREAM            RECORDS  CURSOR (UTC)\n"
          "claim_attendance   20,000  2026-11-27 02:58:00 (12 min ago)\n"
          "    LAST PASS 12 s ago: 3 new, 1,200 changed\n"
          "provider                ?  none yet\n"
          "    LAST PASS none yet\n"
          "\n"
          "1,064 of 100,000 requests sent to the portal in 2026-11, 36 reserved; 1 event open; no records in "
          "quarantine\n"
          "1,234 former versions kept, 5.2 MB\n");
    CHECK(well.run({"status", "--json"}).out == status_json("ok", "[]", "null") + "\n");

    ScriptedApi ill(
        {{"GET /v1/status ", "200 OK", status_json("critical", reason_json("critical"), R"("HTTP 403")")}});
    const CtlRun bad = ill.run({"status"}, {.out = true, .err = true, .color = true});
    CHECK(bad.exit == CtlExit::critical);
    CHECK_THAT(bad.out, Contains("\x1b[1;31mcritical\x1b[0m") && Contains("the key\\x1b is refused") &&
                            Contains("detected 9 min ago; remedy: renew it\n") &&
                            Contains("failed, see below") && Contains("claim_attendance: HTTP 403"));
    CHECK_THAT(ill.run({"status"}, {.out = true}).out, !Contains("\x1b"));

    ScriptedApi warned(
        {{"GET /v1/status ", "200 OK", status_json("warning", reason_json("warning"), "null")}});
    CHECK(warned.run({"status"}).exit == CtlExit::wrong);
    ScriptedApi odd_state({{"GET /v1/status ", "200 OK", status_json("purple", "[]", "null")}});
    CHECK(odd_state.run({"status"}).exit == CtlExit::unknown);
    // The daemon itself reports that its store fails.
    ScriptedApi locked({{"GET /v1/status ", "503 Service Unavailable", problem_text(503, "store_busy")}});
    const CtlRun failing = locked.run({"status"});
    CHECK(failing.exit == CtlExit::critical);
    CHECK_THAT(failing.err, Contains("so it is\n  do that"));
    ScriptedApi refused({{"GET /v1/status ", "401 Unauthorized", problem_text(401, "unauthorized")}});
    CHECK(refused.run({"status"}).exit == CtlExit::unknown);
    CHECK(run_words({"status", "--nonsense"}).exit == CtlExit::unknown);
    CHECK(run_words({"--nonsense", "get", "status", "x"}).exit == CtlExit::usage);
}

TEST_CASE("a refusal ends with an exit code for scripts and the daemon's own message") {
    struct Refusal {
        const char* status;
        std::string body;
        CtlExit exit;
        const char* said;
    };
    const Refusal refusals[] = {
        {"400 Bad Request", problem_text(400, "bad_parameter"), CtlExit::usage,
         "carecloudctl: so it is\n  do that\n"},
        {"401 Unauthorized", problem_text(401, "unauthorized"), CtlExit::refused, "--token-file"},
        {"403 Forbidden", problem_text(403, "foreign_origin"), CtlExit::refused, "--token-file"},
        {"404 Not Found", problem_text(404, "no_such_stream"), CtlExit::wrong, "so it is"},
        {"410 Gone", problem_text(410, "record_deleted"), CtlExit::wrong, "so it is"},
        {"500 Internal Server Error", problem_text(500, "store_corrupt"), CtlExit::wrong, "so it is"},
        {"503 Service Unavailable", problem_text(503, "store_busy"), CtlExit::temporary, "so it is"},
        {"404 Not Found", "<html>nginx</html>", CtlExit::protocol, "not carecloud-syncd"},
        {"200 OK", "<html>nginx</html>", CtlExit::protocol,
         "unexpected response; it does not match this version of carecloud-syncd"},
        {"200 OK", "{\"events\":{\"a\":1}}", CtlExit::protocol,
         "unexpected response; it does not match this version of carecloud-syncd"},
    };
    for (const Refusal& refusal : refusals) {
        INFO(refusal.status << " " << refusal.body);
        ScriptedApi api({{"GET /v1/events?limit=7 ", refusal.status, refusal.body}});
        const CtlRun run = api.run({"events", "--limit", "7"});
        CHECK(run.exit == refusal.exit);
        CHECK_THAT(run.err, Contains(refusal.said));
        CHECK(run.out.empty());
    }
}

TEST_CASE("if the daemon does not respond, the command that starts it is printed") {
    std::string url;
    {
        const ScriptedApi gone({{"GET", "200 OK", "{}"}});
        url = gone.url();
    }
    for (const std::string& address : {url, std::string("unix:/nowhere/api.sock")}) {
        const CtlRun run = run_words({"status", "--url", address});
        CHECK(run.exit == CtlExit::unknown);
        CHECK(run_words({"events", "--url", address}).exit == CtlExit::unavailable);
        CHECK_THAT(run.err, Contains("cannot connect to the daemon at " + address) &&
                                Contains("systemctl start carecloud-syncd"));
    }
    const CtlRun instance = run_words({"status", "--instance", "not-installed"});
    CHECK(instance.exit == CtlExit::unknown);
    CHECK_THAT(instance.err, Contains("unix:/run/carecloud-syncd@not-installed/api.sock") &&
                                 Contains("systemctl start carecloud-syncd@not-installed\n"));
    for (const char* wrong : {"ftp://x", "http://example.org", "http://127.0.0.1:1/v1", "unix:api.sock", "",
                              "http://u:p@127.0.0.1"}) {
        const CtlRun run = run_words({"events", "--url", wrong});
        CHECK(run.exit == CtlExit::usage);
        CHECK_THAT(run.err, Contains("unix:/run/carecloud-syncd/api.sock"));
    }
}

TEST_CASE("the token is sent but never printed, and its file must be private") {
    const TempDir dir;
    const std::string path = dir.file("token");
    std::ofstream(path) << "the secret\n";
    ::chmod(path.c_str(), 0600);
    ScriptedApi api({{"GET", "401 Unauthorized", problem_text(401, "unauthorized")}});
    const CtlRun run = api.run({"status", "--token-file", path});
    CHECK(run.exit == CtlExit::unknown);
    REQUIRE(api.requests().size() == 1);
    CHECK_THAT(api.requests()[0], Contains("\r\nAuthorization: Bearer the secret\r\n"));
    CHECK_THAT(run.err, !Contains("the secret"));
    ::chmod(path.c_str(), 0644);
    const CtlRun open = api.run({"events", "--token-file", path});
    CHECK(open.exit == CtlExit::refused);
    CHECK_THAT(open.err, Contains(path) && Contains("chmod"));
    CHECK(api.requests().size() == 1);
}

TEST_CASE("a hint names a command instead of the path of the API") {
    ScriptedApi api({{"DELETE /v1/passes/9 ", "404 Not Found",
                      R"({"code":"no_such_pass","detail":"no pass 9","hint":"GET /v1/passes lists them"})"},
                     {"GET /v1/records/x/y ", "410 Gone",
                      R"({"code":"record_deleted","detail":"deleted","hint":"see the table"})"}});
    CHECK(api.run({"cancel", "9"}).err ==
          "carecloudctl: no pass 9\n  carecloudctl passes lists the newest passes\n");
    CHECK(api.run({"get", "x", "y"}).err == "carecloudctl: deleted\n  see the table\n");
}

TEST_CASE("lists are tables for people and the API's JSON for programs") {
    const std::string events =
        R"({"events":[{"message_id":"m","topic_arn":"t","event_type":"claim_attendance.submitted","stream":null,"record_id":"r\u001b[2J","event_time":"x","received_at":"2026-11-27T03:00:00Z","state":"open","settled_at":null}],"next":4})";
    ScriptedApi api({{"GET /v1/events?state=open ", "200 OK", events}});
    const CtlRun table = api.run({"events", "--open"});
    CHECK(table.out ==
          "RECEIVED (UTC)       STATE  TYPE                        STREAM  RECORD\n"
          "2026-11-27 03:00:00  open   claim_attendance.submitted  -       r\\x1b[2J\n");
    CHECK_THAT(table.err, Contains("More entries exist; --limit shows up to 1000."));
    CHECK(api.run({"events", "--open", "--json"}).out == events + "\n");
    ScriptedApi none({{"GET /v1/quarantine ", "200 OK", R"({"quarantine":[],"next":null})"}});
    CHECK(none.run({"quarantine"}).out == "No records in quarantine.\n");
}

TEST_CASE("a quarantined record is searched in all streams, requested again, and the result is printed") {
    const std::string first =
        R"({"quarantine":[{"stream":"claim_attendance","id":"x"}],"next":{"stream":"claim_attendance","id":"x"}})";
    const std::string second = R"({"quarantine":[{"stream":"provider","id":"a b"}],"next":null})";
    const auto retry_answer = [](const std::string& outcome, const std::string& reason,
                                 const std::string& stays) {
        return R"({"entity":"provider","id":"a b","outcome":")" + outcome + R"(","reason":)" + reason +
               R"(,"in_quarantine":)" + stays + "}";
    };
    const auto answers = [&](const std::string& end) {
        return std::vector<ScriptedAnswer>{
            {"GET /v1/quarantine?limit=1000 ", "200 OK", first},
            {"GET /v1/quarantine?limit=1000&after_stream=claim_attendance&after_id=x ", "200 OK", second},
            {"POST /v1/quarantine/provider/a%20b/retry ", "200 OK", end}};
    };
    ScriptedApi taken(answers(retry_answer("taken", "null", "false")));
    const CtlRun good = taken.run({"quarantine", "--retry", "a b"});
    CHECK(good.exit == CtlExit::ok);
    CHECK(good.out == "provider a b: stored; it is no longer in quarantine\n");
    ScriptedApi invalid(answers(retry_answer("invalid", "\"modified: no time\\u001b\"", "true")));
    const CtlRun bad = invalid.run({"quarantine", "--retry", "a b"});
    CHECK(bad.exit == CtlExit::wrong);
    CHECK(bad.out ==
          "provider a b: received, but still invalid: modified: no time\\x1b\n"
          "  it stays in quarantine as last received\n");
    ScriptedApi for_programs(answers(retry_answer("not_found", "null", "true")));
    const CtlRun json = for_programs.run({"quarantine", "--retry", "a b", "--json"});
    CHECK(json.exit == CtlExit::wrong);
    CHECK(json.out == retry_answer("not_found", "null", "true") + "\n");
}

TEST_CASE("a record that is not in quarantine, and an unreachable portal, are reported with the remedy") {
    ScriptedApi none({{"GET /v1/quarantine?limit=1000 ", "200 OK", R"({"quarantine":[],"next":null})"}});
    const CtlRun unknown = none.run({"quarantine", "--retry", "x"});
    CHECK(unknown.exit == CtlExit::wrong);
    CHECK_THAT(unknown.err, Contains("no record 'x' in quarantine") &&
                                Contains("carecloudctl quarantine lists quarantined records"));
    ScriptedApi away({{"GET", "200 OK", R"({"quarantine":[{"stream":"provider","id":"x"}],"next":null})"},
                      {"POST", "502 Bad Gateway", problem_text(502, "unreachable")}});
    const CtlRun failed = away.run({"quarantine", "--retry", "x"});
    CHECK(failed.exit == CtlExit::wrong);
    CHECK_THAT(failed.err, Contains("so it is") && Contains("do that"));
}

TEST_CASE("a record is printed byte for byte, whatever its id contains") {
    const std::string body = "{ \"_id\":\"a\",\n \"x\": 1.10 }";
    ScriptedApi api({{"GET /v1/records/claim_attendance/..%2F%20%3F ", "200 OK", body}});
    CHECK(api.run({"get", "claim_attendance", "../ ?"}).out == body);
}

TEST_CASE("changes are followed across a restart, until the numbering changes") {
    const std::string one =
        R"({"generation":"g","changes":[{"seq":6,"id":"a"},{"seq":7,"id":"b"}],"next":7,"pruned_to":0})";
    const std::string none = R"({"generation":"g","changes":[],"next":7,"pruned_to":0})";
    const std::string later = R"({"generation":"g","changes":[{"seq":8,"id":"c"}],"next":8,"pruned_to":0})";
    ScriptedApi api({{"GET /v1/changes?since=5&limit=1000 ", "200 OK", one},
                     {"GET /v1/changes?since=7&generation=g&limit=1000 ", "200 OK", none},
                     {"GET /v1/changes?since=7&generation=g&limit=1000&wait=30s ", "503 Service Unavailable",
                      problem_text(503, "not_running")},
                     {"GET /v1/changes?since=7&generation=g&limit=1000&wait=30s ", "200 OK", later},
                     {"GET /v1/changes?since=8&generation=g&limit=1000 ", "200 OK",
                      R"({"generation":"g","changes":[],"next":8,"pruned_to":0})"},
                     {"GET /v1/changes?since=8&generation=g&limit=1000&wait=30s ", "410 Gone",
                      problem_text(410, "generation_changed")}});
    const CtlRun run = api.run({"changes", "--since", "5", "--follow"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK(run.out == "{\"seq\":6,\"id\":\"a\"}\n{\"seq\":7,\"id\":\"b\"}\n{\"seq\":8,\"id\":\"c\"}\n");
    CHECK(run.err ==
          "carecloudctl: so it is; waiting for the daemon\ncarecloudctl: so it is\n  restart with "
          "carecloudctl changes --since 0\n");

    ScriptedApi whole({{"GET /v1/changes?since=0&limit=1000 ", "200 OK", one},
                       {"GET /v1/changes?since=7&generation=g&limit=1000 ", "200 OK", none}});
    CHECK(whole.run({"changes"}).exit == CtlExit::ok);
    CHECK(whole.requests().size() == 2);
}

TEST_CASE("a pruned change log is read from its beginning, and who comes too late is told to do so") {
    ScriptedApi api({{"GET /v1/changes?since=0&limit=1000 ", "200 OK",
                      R"({"generation":"g","changes":[{"seq":6,"id":"a"}],"next":6,"pruned_to":9})"},
                     {"GET /v1/changes?since=6&generation=g&pruned_to=9&limit=1000 ", "200 OK",
                      R"({"generation":"g","changes":[],"next":6,"pruned_to":9})"}});
    CHECK(api.run({"changes"}).exit == CtlExit::ok);
    CHECK(api.requests().size() == 2);
    ScriptedApi late(
        {{"GET /v1/changes?since=5&limit=1000 ", "410 Gone", problem_text(410, "changes_pruned")}});
    const CtlRun run = late.run({"changes", "--since", "5", "--follow"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK_THAT(run.err, Contains("restart with carecloudctl changes --since 0"));
}
