// Reading the store through the API: records with their exact bytes, changes, events, the quarantine, the status.
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

TEST_CASE("a record is sent byte for byte, with an ETag that avoids sending it again") {
    ApiFixture api;
    const std::string body = "{ \"_id\":\"a\", \"n\" : 1.50,\"\xc3\xa4\":\"\\u00e4\" }";
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z", .body = body}});
    const ServerResponse answer = api.get("/v1/records/claim_attendance/a");
    CHECK(answer.status == 200);
    CHECK(answer.body == body);
    CHECK(header_of(answer, "Content-Type") == "application/json");
    const std::string tag = header_of(answer, "ETag");
    CHECK(tag == "\"" + to_hex(sha256(body)) + "\"");
    for (const std::string& known : {tag, "W/" + tag, "\"x\" , " + tag, std::string("*")}) {
        const ServerResponse again = api.get("/v1/records/claim_attendance/a", {{"If-None-Match", known}});
        CHECK(again.status == 304);
        CHECK(again.body.empty());
        CHECK(header_of(again, "ETag") == tag);
    }
    CHECK(api.get("/v1/records/claim_attendance/a", {{"If-None-Match", "\"x\",,"}}).status == 200);
    CHECK(problem_in(api.get("/v1/records/claim_attendance/b")) == "404 no_such_record");
    CHECK(problem_in(api.get("/v1/records/claim/a")) == "404 no_such_record");
    CHECK(problem_in(api.get("/v1/records/provider/a")) == "404 no_such_stream");
    api.sql("UPDATE records SET deleted_at = '2024-02-01T00:00:00.000Z'");
    CHECK(problem_in(api.get("/v1/records/claim_attendance/a")) == "410 record_deleted");
}

TEST_CASE("records are listed byte for byte, page by page, by instant and by days") {
    ApiFixture api;
    const std::string first = R"({"_id":"a","startDate":"20240301", "endDate":"20240331"})";
    const std::string second = R"({"_id":"b","startDate":"20240401","endDate":"20240430"})";
    api.commit(
        {{.id = "a", .modified = "2024-01-01T00:00:00Z", .body = first, .days = DaySpan{20240301, 20240331}},
         {.id = "b",
          .modified = "2024-01-02T00:00:00Z",
          .body = second,
          .days = DaySpan{20240401, 20240430}}});
    CHECK(api.get("/v1/records/claim_attendance").body ==
          "{\"records\":[" + first + "," + second + "],\"next\":null}\n");
    CHECK(api.get("/v1/records/claim_attendance?limit=1").body ==
          "{\"records\":[" + first + "],\"next\":\"a\"}\n");
    const std::string rest = "{\"records\":[" + second + "],\"next\":null}\n";
    CHECK(api.get("/v1/records/claim_attendance?limit=1&after=a").body == rest);
    CHECK(api.get("/v1/records/claim_attendance?modified_since=2024-01-01T00:00:01Z").body == rest);
    CHECK(api.get("/v1/records/claim_attendance?start=2024-04-30&end=20240501").body == rest);
    CHECK(api.get("/v1/records/claim_attendance?start=20240401").body == rest);
    const json begun = json_of(api.get("/v1/records/claim_attendance?end=20240401&limit=1"));
    CHECK(begun.at("records")[0].at("_id") == "a");
    const std::string next = begun.at("next").get<std::string>();
    CHECK(api.get("/v1/records/claim_attendance?end=20240401&limit=1&after=" + next).body == rest);
    CHECK(problem_in(api.get("/v1/records/claim_attendance?end=20240401&after=a")) == "400 bad_parameter");
    CHECK(api.get("/v1/records/claim").body == "{\"records\":[],\"next\":null}\n");
}

TEST_CASE("changes are listed in order, and a consumer that cannot continue is told") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00.0000000Z"},
                {.id = "b", .modified = "2024-01-01T00:00:00Z"}});
    const json page = json_of(api.get("/v1/changes?since=0&limit=1"));
    const std::string generation = api.store().generation();
    CHECK(page.at("generation") == generation);
    CHECK(page.at("next") == 1);
    REQUIRE(page.at("changes").size() == 1);
    const json& change = page.at("changes")[0];
    CHECK(change.at("seq") == 1);
    CHECK(change.at("stream") == "claim_attendance");
    CHECK(change.at("id") == "a");
    CHECK(change.at("kind") == "created");
    CHECK(change.at("modified") == "2024-01-01T00:00:00.0000000Z");
    CHECK(change.at("hash").get<std::string>().size() == 64);
    const json rest = json_of(api.get("/v1/changes?since=1&generation=" + generation));
    CHECK(rest.at("changes").size() == 1);
    CHECK(rest.at("next") == 2);
    const json none = json_of(api.get("/v1/changes?since=2"));
    CHECK(none.at("changes").empty());
    CHECK(none.at("next") == 2);
    CHECK(problem_in(api.get("/v1/changes?since=3")) == "410 generation_changed");
    CHECK(problem_in(api.get("/v1/changes?since=1&generation=other")) == "410 generation_changed");
    CHECK(json_of(api.get("/v1/changes?since=3")).at("hint").get<std::string>().find(generation) !=
          std::string::npos);
}

TEST_CASE("events and the quarantine are listed, without their bodies") {
    ApiFixture api;
    for (const char* id : {"m1", "m2", "m3"})
        api.receive(id);
    const json first = json_of(api.get("/v1/events?state=open&limit=2"));
    REQUIRE(first.at("events").size() == 2);
    CHECK(first.at("events")[0].at("message_id") == "m3");
    CHECK(first.at("events")[0].at("state") == "open");
    CHECK(first.at("events")[0].at("settled_at").is_null());
    CHECK_FALSE(first.at("events")[0].contains("body"));
    const std::string next = first.at("next").dump();
    CHECK(json_of(api.get("/v1/events?before=" + next)).at("events").size() == 1);
    CHECK(json_of(api.get("/v1/events?state=gone")).at("events").empty());

    api.commit({}, {{.id = "x \"1\"", .modified = "?\xff", .body = "{}"}, {.id = "y", .modified = "?"}});
    const json page = json_of(api.get("/v1/quarantine?limit=1"));
    REQUIRE(page.at("quarantine").size() == 1);
    CHECK(page.at("quarantine")[0].at("id") == "x \"1\"");
    CHECK(page.at("quarantine")[0].at("modified") == "?\xef\xbf\xbd");
    CHECK(page.at("next").at("stream") == "claim_attendance");
    const json rest = json_of(api.get("/v1/quarantine?after_stream=claim_attendance&after_id=x+%221%22"));
    REQUIRE(rest.at("quarantine").size() == 1);
    CHECK(rest.at("quarantine")[0].at("id") == "y");
    CHECK(rest.at("next").is_null());
}

TEST_CASE("the status contains the service, the store and each stream's last pass") {
    ApiFixture api;
    api.host.why = {{.text = "waiting: the portal refuses the key",
                     .remedy = "renew it",
                     .stream = "claim",
                     .since = *Timestamp::parse("2024-01-01T00:00:00Z")},
                    {.state = ServiceState::warning, .text = "the disk is nearly full"}};
    const json before = json_of(api.get("/v1/status"));
    CHECK(before.at("version") == "1.2.3");
    CHECK(before.at("ready") == false);
    CHECK(before.at("state") == "critical");
    CHECK(before.at("reasons")[0] == json{{"state", "critical"},
                                          {"text", "claim waiting: the portal refuses the key"},
                                          {"since", "2024-01-01T00:00:00.000Z"},
                                          {"remedy", "renew it"},
                                          {"stream", "claim"}});
    CHECK(before.at("reasons")[1].at("state") == "warning");
    CHECK(before.at("reasons")[1].at("stream").is_null());
    CHECK(before.at("seq") == 0);
    CHECK(before.at("quota").at("limit") == 1000);
    CHECK(before.at("quota").at("sent") == 0);
    api.host.counted = RequestCount{.sent = 60, .reserved = 4};
    const json quota = json_of(api.get("/v1/status")).at("quota");
    CHECK(quota.at("sent") == 60);
    CHECK(quota.at("reserved") == 4);
    CHECK(quota.at("requests") == 64);
    REQUIRE(before.at("streams").size() == 2);
    CHECK(before.at("streams")[1].at("last_pass").is_null());
    CHECK(before.at("streams")[1].at("records") == 0);

    ApiFixture other;
    other.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    PassReport report;
    report.stream = "claim_attendance";
    report.summary.created = 1;
    report.requests = 3;
    report.error = Error{.code = ErrorCode::unreachable, .operation = "query", .subject = "host", .hint = ""};
    other.histories.passes.note(report, *Timestamp::parse("2024-01-01T00:00:00Z"));
    other.histories.passes.note(report, *Timestamp::parse("2024-01-01T00:00:05Z"));
    const json after = json_of(other.get("/v1/status"));
    CHECK(after.at("seq") == 1);
    CHECK(after.at("generation") == other.store().generation());
    const json& stream = after.at("streams")[1];
    CHECK(stream.at("entity") == "claim_attendance");
    CHECK(stream.at("records") == 1);
    CHECK(stream.at("passes") == 2);
    CHECK(stream.at("last_pass").at("ended_at") == "2024-01-01T00:00:05.000Z");
    CHECK(stream.at("last_pass").at("created") == 1);
    CHECK(stream.at("last_pass").at("error") == "query: host (unreachable)");
}

TEST_CASE("liveness, readiness, and a request for a pass") {
    ApiFixture api;
    CHECK(api.get("/livez").status == 200);
    CHECK(api.get("/readyz").body == "{\"ready\":true,\"reasons\":[]}\n");
    api.host.why = {{.state = ServiceState::warning, .text = "the certificate ends"}};
    CHECK(api.get("/readyz").body == "{\"ready\":true,\"reasons\":[]}\n");
    CHECK(json_of(api.get("/v1/status")).at("ready") == true);
    api.host.why.push_back({.text = "disk \"full\"", .remedy = "make room"});
    const ServerResponse degraded = api.get("/readyz");
    CHECK(degraded.status == 503);
    CHECK(json_of(degraded).at("reasons") == json{"disk \"full\"; make room"});
    // A load balancer in front of the SNS endpoint requires less.
    CHECK(api.get("/readyz?for=sns").body == "{\"ready\":true,\"reasons\":[]}\n");
    api.host.why_no_events = {"the configuration has no section sns"};
    CHECK(api.get("/readyz?for=sns").status == 503);
    CHECK(problem_in(api.get("/readyz?for=polls")) == "400 bad_parameter");
    const ServerResponse all = api.post("/v1/sync");
    CHECK(all.status == 202);
    CHECK(json_of(all).at("nudged").size() == 2);
    CHECK(api.post("/v1/sync?entity=claim").status == 202);
    CHECK(api.host.nudged == std::vector<std::string>{"claim", "claim_attendance", "claim"});
    CHECK(problem_in(api.post("/v1/sync?entity=provider")) == "404 no_such_stream");
    api.host.running = false;
    CHECK(problem_in(api.post("/v1/sync")) == "503 not_running");
}

TEST_CASE("during the first load of an empty store, records are reported as busy, and changes are sent") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    api.sql("DROP INDEX records_by_id");
    const ServerResponse busy = api.get("/v1/records/claim_attendance/a");
    CHECK(problem_in(busy) == "503 store_busy");
    CHECK(header_of(busy, "Retry-After") == "5");
    CHECK(problem_in(api.get("/v1/records/claim_attendance")) == "503 store_busy");
    CHECK(json_of(api.get("/v1/status")).at("streams")[1].at("records").is_null());
    CHECK(json_of(api.get("/v1/changes")).at("changes").size() == 1);
}

TEST_CASE("a quarantined record is requested again, and the result is reported") {
    ApiFixture api;
    api.commit({}, {{.id = "a b", .modified = "?", .body = "{}"}, {.id = "sha256:00", .modified = ""}});
    const std::string target = "/v1/quarantine/claim_attendance/a%20b/retry";
    api.host.retry = [] {
        return RetryReport{.outcome = RetryOutcome::invalid, .reason = "modified: no time"};
    };
    const json report = json_of(api.post(target));
    CHECK(report.at("entity") == "claim_attendance");
    CHECK(report.at("id") == "a b");
    CHECK(report.at("outcome") == "invalid");
    CHECK(report.at("reason") == "modified: no time");
    CHECK(report.at("in_quarantine") == true);
    REQUIRE(api.host.retried.size() == 1);
    CHECK(api.host.retried[0].key.id == "a b");
    CHECK(api.host.retried[0].key.modified_text == "?");
    CHECK(api.host.retried[0].has_body);

    // The store shows whether it has left the quarantine.
    api.host.retry = [&] {
        api.sql("DELETE FROM quarantine WHERE id = 'a b'");
        return RetryReport{};
    };
    const json taken = json_of(api.post(target));
    CHECK(taken.at("outcome") == "taken");
    CHECK(taken.at("reason").is_null());
    CHECK(taken.at("in_quarantine") == false);

    CHECK(problem_in(api.post(target)) == "404 not_in_quarantine");
    CHECK(problem_in(api.post("/v1/quarantine/family/a/retry")) == "404 no_such_stream");
    CHECK(problem_in(api.post("/v1/quarantine/claim/sha256:00/retry")) == "404 not_in_quarantine");
    CHECK(problem_in(api.post("/v1/quarantine/claim_attendance/sha256:00/retry")) == "409 record_without_id");
    CHECK(problem_in(api.get(target)) == "405 wrong_method");
    CHECK(api.host.retried.size() == 2);
}

TEST_CASE("a retry without a response of the portal reports the portal's error and the remedy") {
    ApiFixture api;
    api.commit({}, {{.id = "a", .modified = "?"}});
    const auto failing = [&](ErrorCode code, const std::string& hint = "") {
        api.host.retry = [code, hint]() -> Result<RetryReport> {
            return Error{
                .code = code, .operation = "query claim_attendance", .subject = "so it is", .hint = hint};
        };
        return api.post("/v1/quarantine/claim_attendance/a/retry");
    };
    CHECK(problem_in(failing(ErrorCode::unreachable)) == "502 unreachable");
    CHECK(problem_in(failing(ErrorCode::key_refused)) == "502 key_refused");
    CHECK(problem_in(failing(ErrorCode::dialect_unknown)) == "502 dialect_unknown");
    CHECK(problem_in(failing(ErrorCode::timed_out)) == "504 timed_out");
    CHECK(problem_in(failing(ErrorCode::store_full, "make room")) == "503 store_full");
    CHECK(problem_in(failing(ErrorCode::canceled)) == "503 not_running");
    CHECK(json_of(failing(ErrorCode::unreachable)).at("hint") != "");
}
