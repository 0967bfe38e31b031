// carecloudctl history, diff, why and erase.
#include "unit/ctl/ctl_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

const std::string kPath = "GET /v1/records/claim/a%2Fb/versions";
const std::string kOk = "200 OK";

std::string change(int seq, const std::string& corrections, bool kept = true) {
    return R"({"seq":)" + std::to_string(seq) +
           R"(,"kind":"updated","modified":"2024-01-01T00:00:00Z","hash":"00","committed_at":"2024-01-02T00:00:00.000Z","kept":)" +
           (kept ? "true" : "false") + R"(,"corrections":[)" + corrections + "]}";
}

std::string page(const std::string& versions) {
    return R"({"versions":[)" + versions + R"(],"next":null})";
}

std::string reconciliation(int id, const std::string& entity, const std::string& state, bool deep,
                           const std::string& started_at) {
    return R"({"id":)" + std::to_string(id) + R"(,"kind":"reconcile","entity":")" + entity +
           R"(","state":")" + state + R"(","deep":)" + (deep ? "true" : "false") +
           R"(,"whole":false,"started_at":")" + started_at + R"(","updated_at":"2024-01-03T12:00:00.000Z"})";
}

// The last one alone has compared the record.
const std::string kPasses = R"({"passes":[)" +
                            reconciliation(1, "other", "done", true, "2024-01-03T00:00:00Z") + "," +
                            reconciliation(2, "claim", "failed", true, "2024-01-03T00:00:00Z") + "," +
                            reconciliation(3, "claim", "done", false, "2024-01-03T00:00:00Z") + "," +
                            reconciliation(4, "claim", "done", true, "2023-01-03T00:00:00Z") + "," +
                            reconciliation(5, "claim", "done", true, "2024-01-03T00:00:00Z") + "]}";

const std::string kCorrection =
    R"({"day":"2024-03-05","sign_in":null,"field":"dailysummary.nhtotalhours","was":"3.28","is_now":null})";

}  // namespace

TEST_CASE("history shows a line for each change") {
    ScriptedApi asked({{kPath, kOk, page(change(7, kCorrection) + "," + change(3, "", false))}});
    const CtlRun run = asked.run({"history", "claim", "a/b"});
    CHECK(run.exit == CtlExit::ok);
    CHECK_THAT(run.out, Contains("SEQ  CHANGED (UTC)") && Contains("  7  2024-01-02 00:00:00  updated") &&
                            Contains("yes") && Contains("no"));
    CHECK(
        asked.run({"history", "claim", "a/b", "--json", "--limit", "5"}).out.starts_with(R"({"versions":[)"));
    CHECK_THAT(asked.requests().back(), Contains("versions?limit=5 "));
}

TEST_CASE("diff without numbers shows what the last change corrected") {
    ScriptedApi api({{kPath + "?limit=2", kOk, page(change(7, kCorrection) + "," + change(3, ""))}});
    const CtlRun run = api.run({"diff", "claim", "a/b"});
    CHECK(run.exit == CtlExit::ok);
    CHECK_THAT(run.out, Contains("2024-03-05") && Contains("dailysummary.nhtotalhours") && Contains("3.28"));
    CHECK(api.run({"diff", "claim", "a/b", "--json"}).out ==
          R"({"from":3,"to":7,"corrections":[)" + kCorrection + "]}\n");
}

TEST_CASE("diff reports why there is nothing to show") {
    ScriptedApi first({{kPath, kOk, page(change(7, ""))}});
    CHECK_THAT(first.run({"diff", "claim", "a/b"}).err, Contains("one version, of change 7"));
    ScriptedApi spelled({{kPath, kOk, page(change(7, "") + "," + change(3, "", false))}});
    const CtlRun run = spelled.run({"diff", "claim", "a/b"});
    CHECK(run.out == "No differences.\n");
    CHECK_THAT(run.err, Contains("not kept, or differs only in its spelling"));
}

TEST_CASE("diff of two changes compares the versions that they brought") {
    ScriptedApi api({{kPath + "/3 ", kOk, R"({"hours":"3.280","status":"new"})"},
                     {kPath + "/7 ", kOk, R"({"status":"active","hours":3.28})"}});
    const CtlRun run = api.run({"diff", "claim", "a/b", "3", "7"});
    CHECK(run.exit == CtlExit::ok);
    CHECK_THAT(run.out, Contains("status") && Contains("new") && Contains("active"));
    ScriptedApi again(
        {{kPath + "/3 ", kOk, R"({"familyfee":"3.280"})"}, {kPath + "/7 ", kOk, R"({"familyfee":3.28})"}});
    CHECK(again.run({"diff", "claim", "a/b", "3", "7", "--json"}).out ==
          "{\"from\":3,\"to\":7,\"corrections\":[]}\n");
}

TEST_CASE("diff refuses what is no pair of changes, and reports versions that were pruned") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"diff", "claim", "a", "3"},
                                                  {"diff", "claim", "a", "3", "x"},
                                                  {"diff", "claim", "a", "-3", "4"},
                                                  {"diff", "claim", "a", "1234567890123456789", "4"},
                                                  {"diff", "claim"},
                                                  {"diff", "claim", "a", "1", "2", "3"}}) {
        CHECK(run_words(words).exit == CtlExit::usage);
    }
    ScriptedApi pruned(
        {{kPath + "/3 ", "410 Gone",
          R"({"status":410,"code":"version_not_kept","detail":"this version is not kept","hint":"see it"})"}});
    const CtlRun run = pruned.run({"diff", "claim", "a/b", "3", "7"});
    CHECK(run.exit == CtlExit::wrong);
    CHECK_THAT(run.err, Contains("this version is not kept") && Contains("carecloudctl history"));
}

TEST_CASE("diff compares a body that is no object as a whole, and refuses one that is no JSON") {
    ScriptedApi list({{kPath + "/3 ", kOk, R"([1,2])"}, {kPath + "/7 ", kOk, R"({"hours":3})"}});
    const CtlRun compared = list.run({"diff", "claim", "a/b", "3", "7", "--json"});
    CHECK(compared.exit == CtlExit::ok);
    CHECK_THAT(compared.out, Contains(R"("field":"_value","was":"[1,2]","is_now":"{\"hours\":3}")"));
    for (const char* body : {"no JSON, of Maria", "", "{\"a\":"}) {
        CAPTURE(body);
        ScriptedApi odd({{kPath + "/3 ", kOk, "{}"}, {kPath + "/7 ", kOk, body}});
        const CtlRun run = odd.run({"diff", "claim", "a/b", "3", "7"});
        CHECK(run.exit == CtlExit::wrong);
        CHECK_THAT(run.err, Contains("cannot compare the version of change 7") &&
                                Contains("carecloudctl history") && !Contains("Maria"));
        CHECK(run.out.empty());
    }
}

TEST_CASE("why shows a record's life in order of time") {
    const std::string record = "GET /v1/records/claim/a%2Fb/";
    const std::string life =
        R"({"held":true,"events":[{"message_id":"m","topic_arn":"t","event_type":"attendance","stream":"claim","record_id":"a/b","event_time":"2024-01-01T23:59:59Z","received_at":"2024-01-01T23:59:59.500Z","state":"settled","settled_at":"2024-01-02T00:00:01.000Z"}],"quarantine":{"stream":"claim","id":"a/b","modified":"?","reason":"modified\u001b is missing","body_bytes":5,"attempts":2,"first_at":"2024-01-01T00:00:00.000Z","last_at":"2024-01-05T00:00:00.000Z"},"doubt":{"modified":"2023-12-01T00:00:00Z","first_seen":"2024-01-03T00:00:00Z","ask_at":"2024-01-03T00:10:00Z"},"omitted_at":"2024-01-04T00:00:00Z"})";
    const std::vector<ScriptedAnswer> script{
        {record + "life ", kOk, life},
        {record + "versions?limit=1000 ", kOk, page(change(7, kCorrection))},
        {"GET /v1/passes ", kOk, kPasses}};
    ScriptedApi api(script);
    const CtlRun run = api.run({"why", "claim", "a/b"});
    CHECK(run.exit == CtlExit::ok);
    std::size_t at = 0;
    for (const char* part :
         {"2024-01-01 00:00:00", "2024-01-01 23:59:59", "attendance received", "2024-01-02 00:00:00",
          "1 field corrected", "attendance: settled", "doubted",
          "reconciliation 5 has compared the contents of all records", "omitted", "after 2 attempts"}) {
        CAPTURE(run.out, part);
        at = run.out.find(part, at);
        REQUIRE(at != std::string::npos);
    }
    CHECK_THAT(run.out, !Contains("\x1b"));
    for (const char* other : {"reconciliation 1", "reconciliation 2", "reconciliation 3", "reconciliation 4"})
        CHECK_THAT(run.out, !Contains(other));
    ScriptedApi json(script);
    CHECK(json.run({"why", "claim", "a/b", "--json"})
              .out.starts_with(R"({"entity":"claim","id":"a/b","life":[{"at":"2024)"));
}

TEST_CASE("why of a record that the store never took shows what is known") {
    ScriptedApi api(
        {{"GET /v1/records/claim/a/life ", kOk,
          R"({"held":false,"events":[],"quarantine":null,"doubt":null,"omitted_at":"2024-01-04T00:00:00Z"})"},
         {"GET /v1/passes ", kOk, R"({"passes":[]})"}});
    CHECK_THAT(api.run({"why", "claim", "a"}).out, Contains("omitted"));
    ScriptedApi none({{"GET /v1/records/claim/a/life ", "404 Not Found",
                       R"({"status":404,"code":"no_such_record","detail":"no such record","hint":"none"})"}});
    CHECK(none.run({"why", "claim", "a"}).exit == CtlExit::wrong);
}

TEST_CASE("erase requires the name of the requester, and reports what it erased") {
    CHECK(run_words({"erase", "claim", "a"}).exit == CtlExit::usage);
    ScriptedApi api(
        {{"POST /v1/records/claim/a%2Fb/erase?requested_by=the%20family ", kOk,
          R"({"entity":"claim","id":"a/b","versions":2,"events":0,"quarantined":false,"log_cleared":false})"}});
    const CtlRun run = api.run({"erase", "claim", "a/b", "--requested-by", "the family"});
    CHECK(run.exit == CtlExit::ok);
    CHECK(run.out == "Erased the content, 2 former versions and no events.\n");
    CHECK_THAT(run.err, Contains("Repeat this command"));
}
