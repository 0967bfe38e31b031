// Access to the API: by the token or, without one, only from this machine.
#include "support/run_task.hpp"
#include "unit/api/api_fixture.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const ApiAccess kWithToken{.token = "correct horse", .unix_socket = false};

std::vector<HttpHeader> bearer(const std::string& token) {
    return {{"Authorization", "Bearer " + token}};
}

}  // namespace

TEST_CASE("if a token is set, only /livez is served without it, whatever the path, and guessing is slow") {
    ApiFixture api(kWithToken);
    CHECK(api.get("/livez").status == 200);
    CHECK(api.get("/v1/status", bearer("correct horse")).status == 200);
    CHECK(api.get("/v1/status", {{"Authorization", "bearer correct horse"}}).status == 200);
    // From another machine and by another name: the token is sufficient.
    auto named = bearer("correct horse");
    named.emplace_back("Host", "sync.example.org");
    named.emplace_back("Origin", "https://example.org");
    CHECK(api.get("/v1/status", named).status == 200);

    const std::vector<std::vector<HttpHeader>> wrong{
        {},
        bearer(""),
        bearer("correct horsf"),
        bearer("correct hors"),
        bearer("correct horse "),
        bearer("Correct horse"),
        {{"Authorization", "correct horse"}},
        {{"Authorization", "Basic Y29ycmVjdCBob3JzZQ=="}},
        {{"Authorization", "Bearer"}},
        bearer(std::string(10'000, 'x')),
    };
    const auto begun = std::chrono::steady_clock::now();
    std::size_t refused = 0;
    for (const auto& headers : wrong) {
        for (const char* target : {"/v1/status", "/readyz", "/nothing", "/%zz", "/v1/records/claim/a"}) {
            api.begin(get_request(target, headers), [&](const ServerResponse& answer) {
                CHECK(problem_in(answer) == "401 unauthorized");
                CHECK(header_of(answer, "WWW-Authenticate").starts_with("Bearer "));
                CHECK(answer.body.find("horse") == std::string::npos);
                ++refused;
            });
        }
    }
    api.run_until([&] { return refused == wrong.size() * 5; });
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    const ServerResponse status = api.get("/v1/status", bearer("correct horse"));
    REQUIRE(status.status == 200);
    CHECK(json_of(status).at("unauthorized") == wrong.size() * 5);
}

TEST_CASE("many wrong tokens are rejected immediately, and the right one is accepted meanwhile") {
    ApiFixture api(kWithToken);
    std::size_t slowed = 0;
    std::size_t turned_away = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
        api.begin(get_request("/v1/status"), [&](const ServerResponse& answer) {
            if (answer.status == 401) ++slowed;
            if (problem_in(answer) == "429 too_many_guesses" && answer.close) ++turned_away;
        });
    }
    api.run_until([&] { return turned_away == 136; });
    // A slowed response takes at least a second; on a busy machine some may have ended already.
    CHECK((slowed == 0 || std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1)));
    CHECK(api.get("/v1/status", bearer("correct horse")).status == 200);
    api.run_until([&] { return slowed == 64; });
}

TEST_CASE(
    "without a token a page in a browser cannot reach the API through another host name, nor post to it") {
    ApiFixture api;
    for (const char* host : {"127.0.0.1:8461", "127.0.0.1", "localhost:8461", "[::1]:8461", "LOCALHOST"})
        CHECK(api.get("/v1/status", {{"Host", host}}).status == 200);
    for (const char* host :
         {"evil.example", "evil.example:8461", "127.0.0.1.evil.example:8461", "192.168.0.7:8461",
          "localhost.evil.example", "[2001:db8::1]:8461", "[", ":", "localhost@evil.example"}) {
        INFO(host);
        CHECK(problem_in(api.get("/v1/status", {{"Host", host}})) == "403 foreign_origin");
    }
    ServerRequest nudge = get_request("/v1/sync", {{"Origin", "https://evil.example"}});
    nudge.method = "POST";
    CHECK(problem_in(api.ask(nudge)) == "403 foreign_origin");
    nudge.headers[0].second = "null";
    CHECK(problem_in(api.ask(nudge)) == "403 foreign_origin");
    CHECK(api.host.nudged.empty());
    nudge.headers[0].second = "http://localhost:3000";
    CHECK(api.ask(nudge).status == 202);
}

TEST_CASE("an address for figures serves no record, no id and no action") {
    const std::string id = "65f35b06e30c8a2e4578d118";
    ApiFixture api({.token = {}, .unix_socket = false, .numbers_only = true});
    api.commit({{.id = id, .modified = "2024-01-01T00:00:00Z"}});
    api.sql(
        "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, dialect, updated_at)"
        " VALUES ('claim_attendance', 'claim_attendance', 'f', '2024-01-01T00:00:00.0000000Z', '" +
        id + "', '', '')");
    for (const char* target : {"/", "/readyz", "/readyz?for=sns", "/metrics", "/livez", "/page.css"}) {
        INFO(target);
        const ServerResponse answer = api.get(target);
        CHECK(answer.status == 200);
        CHECK(answer.body.find(id) == std::string::npos);
    }
    const std::string page = api.get("/").body;
    CHECK(page.find("2024-01-01T00:00:00.0000000Z") != std::string::npos);
    CHECK(page.find("data-seq=\"\"") != std::string::npos);
    for (const char* target : {"/v1/status", "/v1/changes?since=0", "/v1/records/claim_attendance",
                               "/v1/events", "/v1/quarantine", "/v1/passes", "/nowhere"}) {
        INFO(target);
        CHECK(problem_in(api.get(target)) == "403 numbers_only");
    }
    CHECK(problem_in(api.get(("/v1/records/claim_attendance/" + id).c_str())) == "403 numbers_only");
    ServerRequest nudge = get_request("/v1/sync", {});
    nudge.method = "POST";
    CHECK(problem_in(api.ask(nudge)) == "403 numbers_only");
    CHECK(api.host.nudged.empty());
    CHECK(problem_in(api.get("/", {{"Host", "evil.example"}})) == "403 foreign_origin");
}

// An error may concern one record, and clients that may only read metrics must not learn which.
TEST_CASE("an address for figures shows reasons, and nothing about passes") {
    const std::string id = "65f35b06e30c8a2e4578d118";
    const auto fails = [&](ApiFixture& fixture) {
        const Job pass{.kind = JobKind::reconcile, .stream = "claim"};
        REQUIRE(run_task(fixture.io(), fixture.store().save_pass(pass)));
        fixture.sql("UPDATE passes SET state = 'failed', position_id = '" + id + "', error = 'about " + id +
                    "'");
    };
    ApiFixture api({.token = {}, .unix_socket = false, .numbers_only = true});
    api.host.why = {
        {.text = "waiting: HTTP 403 (key_refused)", .remedy = "renew the key", .stream = "claim"}};
    fails(api);
    const std::string page = api.get("/").body;
    CHECK(page.find("claim waiting: HTTP 403 (key_refused)") != std::string::npos);
    CHECK(page.find("renew the key") != std::string::npos);
    for (const char* target : {"/", "/readyz", "/metrics"})
        CHECK(api.get(target).body.find(id) == std::string::npos);
    ApiFixture whole;
    fails(whole);
    CHECK(whole.get("/").body.find("about " + id) != std::string::npos);
}

TEST_CASE("a Unix socket is protected by its file permissions, whatever the Host") {
    ApiFixture api({.token = "", .unix_socket = true});
    CHECK(api.get("/v1/status", {{"Host", "api.sock"}}).status == 200);
}

TEST_CASE(
    "without a token no request through a proxy is served, whatever the Host; with one, those with the "
    "token") {
    const std::vector<HttpHeader> marks{{"X-Forwarded-For", "203.0.113.7"},
                                        {"x-forwarded-proto", "https"},
                                        {"X-Forwarded-Host", "sync.example.org"},
                                        {"Forwarded", "for=203.0.113.7"},
                                        {"Via", "1.1 proxy"},
                                        {"X-Real-IP", "203.0.113.7"},
                                        {"X-Client-IP", "203.0.113.7"},
                                        {"CF-Connecting-IP", "203.0.113.7"},
                                        {"X-Forwarded-For", ""}};
    ApiFixture on_port;
    ApiFixture on_socket({.token = "", .unix_socket = true});
    ApiFixture with_token(kWithToken);
    for (const HttpHeader& mark : marks) {
        INFO(mark.first);
        for (const char* target : {"/v1/status", "/", "/metrics", "/readyz"}) {
            CHECK(problem_in(on_port.get(target, {mark})) == "403 through_a_proxy");
            CHECK(problem_in(on_socket.get(target, {mark})) == "403 through_a_proxy");
        }
        CHECK(on_port.get("/livez", {mark}).status == 200);
        auto headers = bearer("correct horse");
        headers.push_back(mark);
        CHECK(with_token.get("/v1/status", headers).status == 200);
    }
}
