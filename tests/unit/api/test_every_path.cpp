// All paths of the API report errors alike, and invalid requests have no effect.
#include "unit/api/api_fixture.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

struct PathCase {
    std::string method;
    std::string path;   // as in the API's list of paths
    std::string query;  // with which it succeeds
    int status;         // of that success
};

const std::vector<PathCase>& every_path() {
    static const std::vector<PathCase> kEvery{
        {"GET", "/", "", 200},
        {"GET", "/livez", "", 200},
        {"GET", "/readyz", "", 200},
        {"GET", "/metrics", "", 200},
        {"GET", "/v1/status", "", 200},
        {"GET", "/v1/changes", "since=0", 200},
        {"GET", "/v1/records/{entity}", "limit=10", 200},
        {"GET", "/v1/records/{entity}/{id}", "", 200},
        {"GET", "/v1/records/{entity}/{id}/versions", "limit=10", 200},
        {"GET", "/v1/records/{entity}/{id}/versions/{seq}", "", 200},
        {"GET", "/v1/records/{entity}/{id}/life", "", 200},
        {"GET", "/v1/events", "state=open", 200},
        {"GET", "/v1/quarantine", "limit=10", 200},
        {"GET", "/v1/passes", "limit=10", 200},
        {"GET", "/v1/passes/{id}", "", 200},
        {"POST", "/v1/sync", "entity=claim", 202},
        {"POST", "/v1/backfill", "entity=claim_attendance&from=20240101&to=20240131", 202},
        {"POST", "/v1/reconcile", "entity=claim_attendance", 202},
        {"POST", "/v1/quarantine/{entity}/{id}/retry", "", 200},
        {"DELETE", "/v1/passes/{id}", "", 202},
        {"POST", "/v1/records/{entity}/{id}/erase", "requested_by=the%20family", 200},
    };
    return kEvery;
}

// A record, one in quarantine and a pass, all with the id "1".
struct EveryPath : ApiFixture {
    explicit EveryPath(const ApiAccess& access = {}) : ApiFixture(access) {
        commit({{.id = "1", .modified = "2024-01-01T00:00:00Z"}}, {{.id = "1", .modified = "?"}});
        if (access.token.empty()) post("/v1/backfill?entity=claim_attendance&from=20230101&to=20230131");
    }
    // Returns the response; `more` is added to the query.
    ServerResponse send(const PathCase& one, const std::string& path, const std::string& more,
                        const std::string& body = {}) {
        ServerRequest request = get_request(path + query_of(one, more));
        request.method = one.method;
        request.body = body;
        return ask(std::move(request));
    }
    static std::string query_of(const PathCase& one, const std::string& more) {
        const std::string joined = one.query + (one.query.empty() || more.empty() ? "" : "&") + more;
        return joined.empty() ? joined : "?" + joined;
    }
    std::size_t requests() {
        return json_of(get("/v1/passes")).at("passes").size() + host.nudged.size() + host.retried.size() +
               host.canceled.size();
    }
};

std::string filled(std::string path, const std::string& entity, const std::string& id) {
    for (const auto& [name, value] :
         {std::pair<std::string, std::string>("{entity}", entity), {"{id}", id}, {"{seq}", "1"}}) {
        if (const std::size_t at = path.find(name); at != std::string::npos)
            path.replace(at, name.size(), value);
    }
    return path;
}

std::string good(const PathCase& one) {
    return filled(one.path, "claim_attendance", "1");
}

}  // namespace

TEST_CASE("the table below has every path of the API, and each request in it succeeds") {
    EveryPath api;
    std::string named = json_of(api.get("/nowhere")).at("hint");
    named.erase(0, named.find('/'));
    std::vector<std::string> paths;
    std::istringstream words(named);
    for (std::string word; words >> word;) {
        word.erase(std::remove(word.begin(), word.end(), ','), word.end());
        if (word.starts_with('/')) paths.push_back(word);
    }
    std::vector<std::string> known;
    for (const PathCase& one : every_path()) {
        CAPTURE(one.method, one.path);
        CHECK(api.send(one, good(one), "").status == one.status);
        known.push_back(one.path);
    }
    std::sort(paths.begin(), paths.end());
    std::sort(known.begin(), known.end());
    CHECK(paths == known);
}

TEST_CASE("every path refuses unknown, duplicate and oversized parameters") {
    EveryPath api;
    const std::size_t before = api.requests();
    const std::string mebibyte(1 << 20, '1');
    std::string many = "a=1";
    for (int i = 0; i < 40; ++i)
        many += "&a=1";
    for (const PathCase& one : every_path()) {
        CAPTURE(one.method, one.path);
        const std::string path = good(one);
        for (const std::string& more :
             {std::string("nobody=1"), std::string("="), std::string("%27%20OR%201=1"), "nobody=" + mebibyte,
              mebibyte + "=1"}) {
            const ServerResponse answer = api.send(one, path, more);
            CHECK(problem_in(answer) == "400 bad_parameter");
            CHECK(answer.body.size() < 1000);
        }
        if (!one.query.empty()) CHECK(problem_in(api.send(one, path, one.query)) == "400 bad_parameter");
        for (const std::string& more : {std::string("%zz"), std::string("a=%"), many})
            CHECK(problem_in(api.send(one, path, more)) == "400 bad_target");
    }
    CHECK(api.requests() == before);
}

TEST_CASE("every path refuses other methods, and those that accept a request refuse a body") {
    EveryPath api;
    const std::size_t before = api.requests();
    for (const PathCase& one : every_path()) {
        CAPTURE(one.method, one.path);
        PathCase other = one;
        for (const char* const method : {"PATCH", "PUT", "OPTIONS", "delete", "X"}) {
            other.method = method;
            const ServerResponse answer = api.send(other, good(one), "");
            CHECK(problem_in(answer) == "405 wrong_method");
            CHECK(header_of(answer, "Allow").find(one.method) != std::string::npos);
        }
        if (one.method == "GET") continue;
        for (const std::string& body : {std::string("{\"entity\":"), std::string(1 << 20, 'b')})
            CHECK(problem_in(api.send(one, good(one), "", body)) == "400 body_not_taken");
    }
    CHECK(api.requests() == before);
}

TEST_CASE("every path with a name in it accepts nothing else as the name") {
    EveryPath api;
    const std::size_t before = api.requests();
    const std::vector<std::string> hostile{"1%27%20OR%20%271%27=%271",
                                           "%27;DROP%20TABLE%20records;--",
                                           "..%2f..%2fetc",
                                           "%00",
                                           "1%00",
                                           "%0d%0aX-Injected:%201",
                                           "%ff%fe",
                                           "*",
                                           "-1",
                                           "1e9",
                                           "99999999999999999999999",
                                           "sqlite_schema",
                                           std::string(1 << 20, '1')};
    for (const PathCase& one : every_path()) {
        for (const std::string& text : hostile) {
            std::vector<std::string> paths;
            if (one.path.find("{entity}") != std::string::npos) paths.push_back(filled(one.path, text, "1"));
            if (one.path.find("{id}") != std::string::npos)
                paths.push_back(filled(one.path, "claim_attendance", text));
            for (const std::string& path : paths) {
                CAPTURE(one.method, path.substr(0, 100));
                const ServerResponse answer = api.send(one, path, "");
                CHECK(problem_in(answer).starts_with("404 no"));
                CHECK(answer.body.size() < 1000);
            }
        }
    }
    CHECK(api.requests() == before);
    CHECK(api.get("/v1/records/claim_attendance/1").status == 200);
}

TEST_CASE("every path except /livez refuses a wrong token, counts it, and delays the response") {
    EveryPath api({.token = "right", .unix_socket = false});
    std::size_t refused = 0;
    std::size_t answered = 0;
    for (const PathCase& one : every_path()) {
        ServerRequest request =
            get_request(good(one) + EveryPath::query_of(one, ""), {{"Authorization", "Bearer wrong"}});
        request.method = one.method;
        const bool open = one.path == "/livez";
        api.begin(std::move(request), [&, open](ServerResponse answer) {
            ++answered;
            refused += problem_in(answer) == "401 unauthorized";
            CHECK((answer.status == 200) == open);
        });
    }
    api.run_until([&] { return answered == every_path().size(); });
    CHECK(refused == every_path().size() - 1);
    const auto status = json_of(api.get("/v1/status", {{"Authorization", "Bearer right"}}));
    CHECK(status.at("unauthorized") == refused);
    CHECK(api.host.nudged.empty());
    CHECK(api.host.retried.empty());
}

TEST_CASE("every path except /livez is only for this machine if there is no token") {
    EveryPath api;
    const std::size_t before = api.requests();
    for (const PathCase& one : every_path()) {
        CAPTURE(one.method, one.path);
        for (const HttpHeader& header :
             {HttpHeader{"Host", "evil.example"}, HttpHeader{"Origin", "https://evil.example"}}) {
            ServerRequest request = get_request(good(one) + EveryPath::query_of(one, ""), {header});
            request.method = one.method;
            const ServerResponse answer = api.ask(std::move(request));
            if (one.path == "/livez")
                CHECK(answer.status == 200);
            else
                CHECK(problem_in(answer) == "403 foreign_origin");
        }
    }
    CHECK(api.requests() == before);
}
