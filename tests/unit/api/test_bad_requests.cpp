// Invalid requests: each gets a message about its error, and the API continues.
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kRecord = "/v1/records/claim_attendance/";

bool serves(ApiFixture& api) {
    return api.get("/v1/records/claim_attendance/a").status == 200;
}

}  // namespace

TEST_CASE("wrong types, absurd ranges and unknown parameters are 400, naming the parameter") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    const char* const wrong[] = {
        "/v1/changes?since=abc",
        "/v1/changes?since=-1",
        "/v1/changes?since=1.5",
        "/v1/changes?since=",
        "/v1/changes?since",
        "/v1/changes?since=%2B1",
        "/v1/changes?since=9223372036854775808",
        "/v1/changes?since=99999999999999999999999",
        "/v1/changes?since=1&since=2",
        "/v1/changes?limit=0",
        "/v1/changes?limit=5001",
        "/v1/changes?limit=0x10",
        "/v1/changes?generation=%00",
        "/v1/changes?Since=1",
        "/v1/changes?%73ince=1&since=1",
        "/v1/changes?unknown=1",
        "/v1/changes?=1",
        "/v1/records/claim_attendance?limit=1001",
        "/v1/records/claim_attendance?after=a%0ab",
        "/v1/records/claim_attendance?modified_since=yesterday",
        "/v1/records/claim_attendance?modified_since=2024-03-01",
        "/v1/records/claim_attendance?modified_since=2024-03-01T00:00:00+00:00",
        "/v1/records/claim_attendance?modified_since=2024-02-30T00:00:00Z",
        "/v1/records/claim_attendance?start=2024",
        "/v1/records/claim_attendance?start=20240230",
        "/v1/records/claim_attendance?start=20241301",
        "/v1/records/claim_attendance?start=2024-3-1",
        "/v1/records/claim_attendance?end=99999999",
        "/v1/records/claim_attendance?start=20240301&end=20240229",
        "/v1/records/claim_attendance/a?x=1",
        "/v1/events?state=OPEN",
        "/v1/events?state=open%27%20OR%201=1",
        "/v1/events?before=0",
        "/v1/events?before=-5",
        "/v1/events?limit=1e3",
        "/v1/quarantine?after_id=x",
        "/v1/quarantine?after_stream=x",
        "/v1/status?verbose",
        "/livez?x=1",
        "/readyz?x",
    };
    for (const char* target : wrong) {
        INFO(target);
        const ServerResponse answer = api.get(target);
        CHECK(problem_in(answer) == "400 bad_parameter");
    }
    CHECK(serves(api));
}

TEST_CASE("targets that are not URLs are 400") {
    ApiFixture api;
    for (const char* target : {"", "*", "v1/status", "/v1/changes?since=%zz", "/v1/%", "/%2", "//[::1/x",
                               "/v1/changes?\"since\"=1", "/v1/sta\\tus"}) {
        INFO(target);
        CHECK(problem_in(api.get(target)) == "400 bad_target");
    }
    std::string many = "/v1/changes?";
    for (int i = 0; i < 33; ++i)
        many += "a=1&";
    CHECK(problem_in(api.get(many)) == "400 bad_target");
    CHECK(api.get("http://127.0.0.1:8461/livez").status == 200);
}

TEST_CASE("unknown paths are 404, wrong methods are 405 and name the allowed ones") {
    ApiFixture api;
    for (const char* target :
         {"//", "/v1", "/v2/status", "/v1/status/x", "/v1//status", "/v1/records", "/v1/records/claim/a/b",
          "/V1/status", "/v1/../livez", "/..%2f..%2fetc/passwd", "/v1/changes%00"}) {
        INFO(target);
        CHECK(problem_in(api.get(target)) == "404 no_such_path");
    }
    CHECK(api.get("/v1/status/").status == 200);
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X"}) {
        ServerRequest request = get_request("/v1/status");
        request.method = method;
        const ServerResponse answer = api.ask(request);
        CHECK(problem_in(answer) == "405 wrong_method");
        CHECK(header_of(answer, "Allow") == "GET, HEAD");
    }
    const ServerResponse answer = api.get("/v1/sync");
    CHECK(problem_in(answer) == "405 wrong_method");
    CHECK(header_of(answer, "Allow") == "POST");
    CHECK(api.host.nudged.empty());
}

TEST_CASE("malformed ids find nothing and do no harm") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    for (const char* id :
         {"a%27%20OR%20%271%27=%271", "a%22", "%27;DROP%20TABLE%20records;--", "..%2f..%2fetc%2fpasswd",
          "a%00", "a%00b", "%0d%0aX-Injected:%201", "%25", "%ff%fe", "*", "a%", "a%2520", "%F0%9F%92%A9"}) {
        INFO(id);
        const ServerResponse answer = api.get(std::string(kRecord) + id);
        const std::string problem = problem_in(answer);
        CHECK((problem == "404 no_such_record" || problem == "400 bad_target"));
        for (const auto& [name, value] : answer.headers)
            CHECK(value.find('\n') == std::string::npos);
    }
    CHECK(problem_in(api.get(kRecord + std::string(100'000, 'a'))) == "404 no_such_record");
    CHECK(problem_in(api.get("/v1/records/claim_attendance%27/a")) == "404 no_such_stream");
    CHECK(problem_in(api.get("/v1/records/sqlite_schema/a")) == "404 no_such_stream");
    CHECK(problem_in(api.get("/v1/records/" + std::string(100'000, 'e'))) == "404 no_such_stream");
    CHECK(serves(api));
}

TEST_CASE("values of a mebibyte, and unexpected bodies, are 400") {
    ApiFixture api;
    const std::string mebibyte(1 << 20, '1');
    for (const char* name : {"since", "generation", "limit", "unknown"}) {
        INFO(name);
        const ServerResponse answer = api.get("/v1/changes?" + std::string(name) + "=" + mebibyte);
        CHECK(problem_in(answer) == "400 bad_parameter");
        CHECK(answer.body.size() < 1000);
    }
    CHECK(problem_in(api.get("/v1/changes?" + mebibyte + "=1")) == "400 bad_parameter");
    CHECK(problem_in(api.post("/v1/sync", "{\"entity\":")) == "400 body_not_taken");
    CHECK(problem_in(api.post("/v1/sync", mebibyte)) == "400 body_not_taken");
    CHECK(problem_in(api.post("/v1/sync?entity=claim&entity=claim")) == "400 bad_parameter");
    CHECK(api.host.nudged.empty());
}
