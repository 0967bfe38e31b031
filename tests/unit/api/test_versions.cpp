// A record's former versions over the API, and the responses after the log was pruned.
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const std::string kVersions = "/v1/records/claim_attendance/a/versions";

struct ThreeVersions : ApiFixture {
    ThreeVersions() {
        for (int i = 1; i <= 3; ++i)
            commit(
                {{.id = "a", .modified = "2024-01-0" + std::to_string(i) + "T00:00:00Z", .body = body(i)}});
    }
    static std::string body(int number) {
        return R"({"hours": )" + std::to_string(number) + R"(,"text":"\u00e4"})";
    }
};

}  // namespace

TEST_CASE("a record's changes are listed with what they corrected") {
    ThreeVersions api;
    const nlohmann::json page = json_of(api.get(kVersions));
    REQUIRE(page.at("versions").size() == 3);
    CHECK(page.at("next").is_null());
    const nlohmann::json& newest = page.at("versions")[0];
    CHECK(newest.at("seq") == 3);
    CHECK(newest.at("kind") == "updated");
    CHECK(newest.at("modified") == "2024-01-03T00:00:00Z");
    CHECK(newest.at("kept") == true);
    CHECK(newest.at("hash").get<std::string>().size() == 64);
    CHECK(newest.at("corrections") ==
          nlohmann::json::parse(R"([{"day":null,"sign_in":null,"field":"hours","was":"2","is_now":"3"}])"));
    CHECK(page.at("versions")[2].at("corrections").empty());

    const nlohmann::json part = json_of(api.get(kVersions + "?limit=1"));
    CHECK(part.at("next") == 3);
    CHECK(json_of(api.get(kVersions + "?limit=5&before=3")).at("versions").size() == 2);
    CHECK(problem_in(api.get(kVersions + "?before=0")) == "400 bad_parameter");
    CHECK(problem_in(api.get("/v1/records/claim_attendance/nobody/versions")) == "404 no_such_record");
    CHECK(problem_in(api.get("/v1/records/nothing/a/versions")) == "404 no_such_stream");
}

TEST_CASE("a former version comes byte for byte, by the number of its change") {
    ThreeVersions api;
    for (int i = 1; i <= 3; ++i) {
        const ServerResponse answer = api.get(kVersions + "/" + std::to_string(i));
        CHECK(answer.status == 200);
        CHECK(answer.body == ThreeVersions::body(i));
        CHECK(header_of(answer, "ETag") == "\"" + to_hex(sha256(ThreeVersions::body(i))) + "\"");
        CHECK(api.get(kVersions + "/" + std::to_string(i), {{"If-None-Match", header_of(answer, "ETag")}})
                  .status == 304);
    }
    CHECK(problem_in(api.get(kVersions + "/4")) == "404 no_such_version");
    CHECK(problem_in(api.get(kVersions + "/x")) == "404 no_such_version");
    CHECK(problem_in(api.get(kVersions + "/99999999999999999999")) == "404 no_such_version");
    CHECK(problem_in(api.get("/v1/records/claim_attendance/b/versions/1")) == "404 no_such_version");
    api.sql("DELETE FROM versions WHERE seq = 2");
    CHECK(problem_in(api.get(kVersions + "/1")) == "410 version_not_kept");
    api.sql("UPDATE versions SET body = x'00'");
    CHECK(problem_in(api.get(kVersions + "/2")) == "500 store_corrupt");
    CHECK(api.get(kVersions + "/3").status == 200);
}

TEST_CASE("a former body that is no object is returned as it is, and listed with what corrected it") {
    ApiFixture api;
    int day = 0;
    for (const char* body : {R"({"v":1})", "[1, 2]", R"("text")", R"({"v":2})"})
        api.commit(
            {{.id = "a", .modified = "2024-01-0" + std::to_string(++day) + "T00:00:00Z", .body = body}});
    CHECK(api.get(kVersions + "/2").body == "[1, 2]");
    CHECK(api.get(kVersions + "/3").body == R"("text")");
    const nlohmann::json versions = json_of(api.get(kVersions)).at("versions");
    REQUIRE(versions.size() == 4);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(versions[i].at("corrections")[0].at("field") == "_value");
}

TEST_CASE("the status has what the former versions take") {
    ThreeVersions api;
    const nlohmann::json versions = json_of(api.get("/v1/status")).at("versions");
    CHECK(versions.at("kept") == 2);
    CHECK(versions.at("bytes") > 5);
}

TEST_CASE("a deleted record's versions can still be read") {
    ThreeVersions api;
    api.sql("UPDATE records SET deleted_at = '2024-01-04T00:00:00.000Z'");
    CHECK(problem_in(api.get("/v1/records/claim_attendance/a")) == "410 record_deleted");
    CHECK(api.get(kVersions + "/3").body == ThreeVersions::body(3));
}

TEST_CASE("a follower who comes too late is sent back to the beginning") {
    ThreeVersions api;
    api.sql("DELETE FROM changes WHERE seq < 3; INSERT INTO meta (name, value) VALUES ('pruned_to', '2')");
    CHECK(problem_in(api.get("/v1/changes?since=1")) == "410 changes_pruned");
    CHECK(problem_in(api.get("/v1/changes?since=1&wait=60s")) == "410 changes_pruned");
    CHECK(problem_in(api.get("/v1/changes?since=1&generation=other")) == "410 generation_changed");
    CHECK(json_of(api.get("/v1/changes?since=0")).at("changes").size() == 1);
    CHECK(json_of(api.get("/v1/changes?since=2")).at("changes").size() == 1);
    CHECK(json_of(api.get("/v1/changes?since=3")).at("changes").empty());
}

TEST_CASE("a follower who restarts reads a pruned log page by page, and is late only after that") {
    ApiFixture api;
    for (const char* id : {"a", "b", "c", "d"})
        api.commit({{.id = id, .modified = "2024-01-01T00:00:00Z"}});
    api.sql("INSERT INTO meta (name, value) VALUES ('pruned_to', '3')");
    const auto page = [&](const std::string& query) {
        return json_of(api.get("/v1/changes?limit=1&" + query));
    };
    const nlohmann::json first = page("since=0");
    CHECK(first.at("next") == 1);
    CHECK(first.at("pruned_to") == 3);
    CHECK(problem_in(api.get("/v1/changes?since=1&limit=1")) == "410 changes_pruned");
    CHECK(page("since=1&pruned_to=3").at("next") == 2);
    CHECK(page("since=3&pruned_to=3").at("next") == 4);
    api.sql("UPDATE meta SET value = '4' WHERE name = 'pruned_to'");
    CHECK(page("since=2&pruned_to=3").at("next") == 3);
    CHECK(problem_in(api.get("/v1/changes?since=3&pruned_to=3")) == "410 changes_pruned");
    CHECK(problem_in(api.get("/v1/changes?since=3&pruned_to=x")) == "400 bad_parameter");
}

TEST_CASE("a record's life has the events that named it, and what is wrong with it now") {
    ThreeVersions api;
    api.receive("m1");
    api.sql(
        "UPDATE events SET record_id = 'a'; INSERT INTO omitted VALUES ('claim_attendance', 'a', "
        "'2024-01-04T00:00:00Z', 0);"
        "INSERT INTO doubted VALUES ('claim_attendance', 'a', '2023', zeroblob(32), '2024-01-05', "
        "'2024-01-06', 0)");
    const nlohmann::json life = json_of(api.get("/v1/records/claim_attendance/a/life"));
    CHECK(life.at("held") == true);
    REQUIRE(life.at("events").size() == 1);
    CHECK(life.at("events")[0].at("message_id") == "m1");
    CHECK(life.at("quarantine").is_null());
    CHECK(life.at("doubt").at("ask_at") == "2024-01-06");
    CHECK(life.at("omitted_at") == "2024-01-04T00:00:00Z");
    api.commit({}, {{.id = "bad", .modified = "?"}});
    const nlohmann::json bad = json_of(api.get("/v1/records/claim_attendance/bad/life"));
    CHECK(bad.at("held") == false);
    CHECK(bad.at("quarantine").at("modified") == "?");
    CHECK(problem_in(api.get("/v1/records/claim_attendance/nobody/life")) == "404 no_such_record");
}

TEST_CASE("an erased record is gone for good, and the name of the requester is kept") {
    ThreeVersions api;
    const std::string erase = "/v1/records/claim_attendance/a/erase";
    CHECK(problem_in(api.post(erase)) == "400 bad_parameter");
    CHECK(problem_in(api.post("/v1/records/claim_attendance/b/erase?requested_by=me")) ==
          "404 no_such_record");
    const nlohmann::json report = json_of(api.post(erase + "?requested_by=me"));
    CHECK(report.at("versions") == 2);
    CHECK(problem_in(api.get("/v1/records/claim_attendance/a")) == "410 record_erased");
    CHECK(problem_in(api.get(kVersions + "/1")) == "410 version_not_kept");
    CHECK(json_of(api.get("/v1/records/claim_attendance")).at("records").empty());
    CHECK(json_of(api.get(kVersions)).at("versions").size() == 3);
}
