// Requests that need the engine, sent to a daemon that stands by; and the daemons in the status.
#include "api/ui/status_page.hpp"
#include "support/run_task.hpp"
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Forwards to another daemon's API, as the store does.
struct Pair {
    Pair() {
        standby.host.standby = true;
        standby.host.leader = [this](std::string request) -> std::optional<std::string> {
            if (!reachable) return std::nullopt;
            return run_task(active.io(), active.api().carry_out(std::move(request)));
        };
    }

    ApiFixture standby;
    ApiFixture active;
    bool reachable = true;
};

const std::string kForwarded = "/v1/backfill?entity=claim_attendance&from=2024-01-01&to=20240229";

}  // namespace

TEST_CASE("a standby answers a request for the engine with the answer of the daemon that runs it") {
    Pair pair;
    CHECK(pair.standby.post("/v1/sync?entity=claim").status == 202);
    CHECK(pair.active.host.nudged == std::vector<std::string>{"claim"});
    CHECK(pair.standby.host.nudged.empty());
    const ServerResponse answer = pair.standby.post(kForwarded);
    CHECK(answer.status == 202);
    CHECK(header_of(answer, "Location") == "/v1/passes/1");
    CHECK(json_of(answer).at("kind") == "backfill");
    CHECK(json_of(pair.active.get("/v1/passes/1")) == json_of(answer));
    CHECK(pair.standby.post("/v1/reconcile?entity=claim").status == 202);
    ServerRequest cancel = get_request("/v1/passes/2");
    cancel.method = "DELETE";
    CHECK(pair.standby.ask(cancel).status == 202);
    CHECK(pair.active.host.canceled == std::vector<std::uint64_t>{2});
}

TEST_CASE("a standby shows the status of the daemon that runs the engine, on request") {
    Pair pair;
    pair.active.host.rows = pair.standby.host.rows = {{.daemon = {.id = "a:1:x", .host = "a"}, .since = ""}};
    CHECK(json_of(pair.standby.get("/v1/status")).at("role") == "standby");
    CHECK(json_of(pair.standby.get("/v1/status?leader=true")).at("role") == "active");
    CHECK(json_of(pair.active.get("/v1/status?leader=true")).at("role") == "active");
    pair.reachable = false;
    CHECK(problem_in(pair.standby.get("/v1/status?leader=true")) == "503 no_leader");
    CHECK(problem_in(pair.standby.get("/v1/status?leader=maybe")) == "400 bad_parameter");
}

TEST_CASE("a standby passes on why the daemon with the engine refuses a request") {
    Pair pair;
    CHECK(problem_in(pair.standby.post("/v1/sync?entity=nothing")) == "404 no_such_stream");
    CHECK(problem_in(pair.standby.post("/v1/sync", "{}")) == "400 body_not_taken");
    CHECK(problem_in(pair.standby.post("/v1/quarantine/claim/65f35b06/retry")).substr(0, 3) == "404");
    pair.active.host.running = false;
    CHECK(problem_in(pair.standby.post("/v1/sync")) == "503 not_running");
}

TEST_CASE("without a daemon that runs the engine a standby refuses requests for it, and answers all others") {
    Pair pair;
    pair.reachable = false;
    const ServerResponse answer = pair.standby.post("/v1/sync");
    CHECK(problem_in(answer) == "503 no_leader");
    CHECK(header_of(answer, "Retry-After") == "5");
    CHECK(pair.standby.get("/v1/status").status == 200);
    CHECK(pair.standby.get("/v1/passes").status == 200);
    CHECK(pair.standby.get("/readyz").status == 200);
}

TEST_CASE("only requests for the engine are carried out for another daemon") {
    ApiFixture api;
    for (const char* request : {"", "{}", "[]", R"({"method":"GET","target":"/v1/events","body":""})",
                                R"({"method":"POST","target":"/v1/records/claim/a/erase","body":""})",
                                R"({"method":"POST","target":"/nothing","body":""})",
                                R"({"method":1,"target":"/v1/sync","body":""})"}) {
        CAPTURE(request);
        const std::string answer = run_task(api.io(), api.api().carry_out(request));
        CHECK(nlohmann::json::parse(answer).at("status") == 503);
    }
}

TEST_CASE("status and page show each daemon of a store with several, and nothing of it otherwise") {
    ApiFixture api;
    CHECK_FALSE(json_of(api.get("/v1/status")).contains("daemons"));
    CHECK(api.get("/").body.find("Daemons") == std::string::npos);
    api.host.rows = {
        {.daemon =
             {.id = "a:1:x", .host = "node-a", .pid = 1, .version = "1.2.3", .role = DaemonRole::active},
         .since = "2024-03-01T12:00:00.000Z",
         .unseen = 1500ms},
        {.daemon = {.id = "b:2:y", .host = "node-<b>", .pid = 2, .version = "1.2.4"},
         .since = "2024-03-01T11:00:00.000Z",
         .unseen = 90s}};
    const auto daemons = json_of(api.get("/v1/status")).at("daemons");
    REQUIRE(daemons.size() == 2);
    CHECK(daemons.at(0).at("host") == "node-a");
    CHECK(daemons.at(0).at("pid") == 1);
    CHECK(daemons.at(0).at("version") == "1.2.3");
    CHECK(daemons.at(0).at("role") == "active");
    CHECK(daemons.at(0).at("since") == "2024-03-01T12:00:00.000Z");
    CHECK(daemons.at(0).at("unseen_seconds") == 1.5);
    CHECK(daemons.at(0).at("lost") == false);
    CHECK(daemons.at(1).at("lost") == true);
    CHECK(daemons.at(1).at("role") == "standby");
    const std::string page = api.get("/").body;
    for (const char* words : {"Daemons", ">active<", "node-a", "version 1.2.3, process 1",
                              "since 2024-03-01T12:00:00Z", "node-&lt;b&gt;", "last seen 1 min"}) {
        INFO(words);
        CHECK(page.find(words) != std::string::npos);
    }
}

TEST_CASE("metrics: who runs the engine, only on a store with several daemons") {
    ApiFixture api;
    CHECK(api.get("/metrics").body.find("carecloud_engine_") == std::string::npos);
    api.metrics.streams_begin({"claim"}, MonoTime{});
    api.metrics.leads(true);
    api.metrics.took_over(4900ms);
    api.metrics.took_over(300ms);
    std::string text = api.get("/metrics").body;
    for (const char* line : {"carecloud_engine_active 1\n", "carecloud_engine_takeovers_total 2\n",
                             "carecloud_engine_lost_total 0\n", "carecloud_engine_unled_seconds_max 4.9",
                             "carecloud_cursor_age_seconds{"}) {
        INFO(line);
        CHECK(text.find(line) != std::string::npos);
    }
    api.metrics.leads(false);
    api.metrics.lost_lead();
    api.metrics.streams_end();
    text = api.get("/metrics").body;
    CHECK(text.find("carecloud_engine_active 0\n") != std::string::npos);
    CHECK(text.find("carecloud_engine_lost_total 1\n") != std::string::npos);
    CHECK(text.find("carecloud_cursor_age_seconds{") == std::string::npos);  // the leader's to report
}
