// Requests for bounded passes, and the reports about them.
#include "api_fixture.hpp"
#include "support/run_task.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const std::string kBackfill = "/v1/backfill?entity=claim_attendance&from=2024-01-01&to=20240229";

ServerRequest delete_request(const std::string& target) {
    ServerRequest request = get_request(target);
    request.method = "DELETE";
    return request;
}

}  // namespace

TEST_CASE("a backfill is requested, stored, and found at its Location") {
    ApiFixture api;
    const ServerResponse answer = api.post(kBackfill);
    CHECK(answer.status == 202);
    CHECK(header_of(answer, "Location") == "/v1/passes/1");
    const auto pass = json_of(answer);
    CHECK(pass.at("kind") == "backfill");
    CHECK(pass.at("state") == "waiting");
    CHECK(pass.at("from") == "2024-01-01");
    CHECK(pass.at("to") == "2024-02-29");
    CHECK(pass.at("expected").is_null());
    CHECK(pass.at("error").is_null());
    CHECK(json_of(api.get("/v1/passes/1")) == pass);

    // The same request while the pass is open returns the same pass; another request returns another one.
    CHECK(json_of(api.post(kBackfill)).at("id") == 1);
    CHECK(json_of(api.post("/v1/reconcile?entity=claim&deep=true&confirm_deletes=true")).at("id") == 2);
    const auto list = json_of(api.get("/v1/passes")).at("passes");
    REQUIRE(list.size() == 2);
    CHECK(list.at(0).at("id") == 2);
    CHECK(list.at(0).at("deep") == true);
    CHECK(list.at(0).at("confirm_deletes") == true);
    CHECK(list.at(0).at("from").is_null());
    CHECK(json_of(api.get("/v1/passes?limit=1")).at("passes").size() == 1);
}

TEST_CASE("an impossible request is refused, and nothing is stored") {
    ApiFixture api;
    for (const std::string target :
         {"/v1/backfill", "/v1/backfill?entity=claim", "/v1/backfill?entity=claim&from=2024-01-01",
          "/v1/backfill?entity=claim&from=2024-02-30&to=2024-03-01",
          "/v1/backfill?entity=claim&from=2024-03-02&to=2024-03-01",
          "/v1/backfill?entity=claim&from=2024-03-02&to=2024-03-03&deep=true",
          "/v1/backfill?entity=claim&from=0002-03-01&to=2024-03-01",
          "/v1/backfill?entity=claim&from=1899-12-31&to=2024-03-01",
          "/v1/backfill?entity=claim&from=2024-03-01&to=2101-01-01",
          "/v1/backfill?entity=claim&from=2024-03-01&to=9999-12-31", "/v1/reconcile",
          "/v1/reconcile?entity=claim&deep=yes", "/v1/reconcile?entity=claim&deep=true&deep=true",
          "/v1/reconcile?entity="}) {
        CAPTURE(target);
        CHECK(problem_in(api.post(target)) == "400 bad_parameter");
    }
    CHECK(problem_in(api.post("/v1/reconcile?entity=family")) == "404 no_such_stream");
    CHECK(problem_in(api.post("/v1/reconcile?entity=claim", "{}")) == "400 body_not_taken");
    CHECK(problem_in(api.get("/v1/backfill?entity=claim")) == "405 wrong_method");
    CHECK(json_of(api.get("/v1/passes")).at("passes").empty());
}

TEST_CASE("a backfill may reach from 1900 to 2100") {
    ApiFixture api;
    CHECK(api.post("/v1/backfill?entity=claim&from=1900-01-01&to=2100-12-31").status == 202);
}

// One that was requested early may wait for an hour.
TEST_CASE("an operator's reconciliation is separate from one requested by the service itself") {
    ApiFixture api;
    const Job due{.kind = JobKind::reconcile,
                  .stream = "claim",
                  .scheduled = true,
                  .reason = "a record went back in time",
                  .whole = true};
    REQUIRE(run_task(api.io(), api.store().save_pass(due)));
    CHECK(json_of(api.get("/v1/passes/1")).at("reason") == "a record went back in time");
    const auto asked = json_of(api.post("/v1/reconcile?entity=claim"));
    CHECK(asked.at("id") == 2);
    CHECK(asked.at("reason").is_null());
}

TEST_CASE("unknown passes, and invalid numbers") {
    ApiFixture api;
    for (const std::string number :
         {"1", "0", "x", "-1", "99999999999999999999999", "1%00", "%27%20OR%201=1"}) {
        CAPTURE(number);
        CHECK(problem_in(api.get("/v1/passes/" + number)) == "404 no_such_pass");
        CHECK(problem_in(api.ask(delete_request("/v1/passes/" + number))) == "404 no_such_pass");
    }
    CHECK(problem_in(api.get("/v1/passes?limit=0")) == "400 bad_parameter");
}

TEST_CASE("an open pass is canceled; one that has ended is not") {
    ApiFixture api;
    api.post(kBackfill);
    CHECK(api.ask(delete_request("/v1/passes/1")).status == 202);
    CHECK(api.host.canceled == std::vector<std::uint64_t>{1});
    api.host.running = false;
    CHECK(problem_in(api.ask(delete_request("/v1/passes/1"))) == "503 not_running");
    api.sql("UPDATE passes SET state = 'done'");
    CHECK(problem_in(api.ask(delete_request("/v1/passes/1"))) == "409 pass_has_ended");
    // A pass that has ended is requested again.
    CHECK(json_of(api.post(kBackfill)).at("id") == 2);
    const ServerResponse wrong = api.post("/v1/passes/1");
    CHECK(problem_in(wrong) == "405 wrong_method");
    CHECK(header_of(wrong, "Allow") == "GET, HEAD, DELETE");
}
