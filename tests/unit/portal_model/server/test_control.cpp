// The control port: its changes appear in the portal's responses.
#include "portal_fixture.hpp"

#include <algorithm>
#include <sstream>

using namespace carecloud;

namespace {

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        result.push_back(line);
    return result;
}

}  // namespace

TEST_CASE("/put stores one document or many, timestamps them, and can hide them for a while") {
    RunningPortal portal({}, 0);
    CHECK(portal.control("POST", "/put/note", R"({"_id":"a","x":1})").json().at("put") == 1);
    CHECK(portal.control("POST", "/put/note", R"( [{"_id":"b" , "x":2.50},{"_id":"c"}] )").json().at("put") ==
          2);
    CHECK(portal.control("GET", "/records/note").body ==
          "{\"_id\":\"a\",\"x\":1}\n{\"_id\":\"b\" , \"x\":2.50}\n{\"_id\":\"c\"}\n");
    const auto stamped = portal.control("POST", "/put/note?now=true", R"({"_id":"d","modified":"old"})");
    const std::string modified = stamped.json().at("modified");
    CHECK(modified.size() == 28);
    CHECK(modified.ends_with("0000Z"));
    CHECK(lines(portal.control("GET", "/records/note").body).back() ==
          R"({"_id":"d","modified":")" + modified + "\"}");
    CHECK(portal.control("POST", "/put/note?visible_after=900000", R"({"_id":"late"})").status == 200);
    CHECK(portal.control("GET", "/counts").json().at("waiting") == 1);
    CHECK(lines(portal.control("GET", "/records/note").body).size() == 4);
}

TEST_CASE("/touch, /disable and /delete change the oldest or the named ones") {
    RunningPortal portal;
    const auto before = portal.query().json().at("data");
    const auto touched = portal.control("POST", "/touch", R"({"count":2})").json();
    CHECK(touched.at("changed") == 2);
    CHECK(touched.at("ids").at(0) == before.at(0).at("_id"));
    auto after = portal.query().json().at("data");
    CHECK(after.at(0) == before.at(2));
    CHECK(after.at(19).at("modified") == touched.at("modified"));
    CHECK(after.at(19).at("comment").get<std::string>().starts_with("touched"));

    const std::string id = after.at(5).at("_id");
    CHECK(portal.control("POST", "/touch", R"({"ids":[")" + id + R"("],"keep_modified":true})")
              .json()
              .at("changed") == 1);
    CHECK(portal.query().json().at("data").at(5).at("modified") == after.at(5).at("modified"));
    CHECK(portal.query().json().at("data").at(5) != after.at(5));
    CHECK(portal.control("POST", "/disable", R"({"ids":[")" + id + R"("]})").json().at("changed") == 1);
    after = portal.query().json().at("data");
    const auto is_named = [&](const auto& record) { return record.at("_id") == id; };
    const auto disabled = std::find_if(after.begin(), after.end(), is_named);
    REQUIRE(disabled != after.end());
    CHECK(disabled->at("disabled") == true);
    CHECK(disabled->at("modified") >= touched.at("modified"));
    CHECK(portal.control("POST", "/delete", R"({"ids":[")" + id + R"(","unknown"]})").json().at("changed") ==
          1);
    CHECK(portal.query().json().at("data").size() == 19);
    CHECK(portal.control("POST", "/delete", R"({"count":1000})").json().at("changed") == 19);
    CHECK(portal.query().json().at("data").empty());
}

TEST_CASE("/hole omits records from listings but not from retrievals") {
    RunningPortal portal;
    const auto before = portal.query().json().at("data");
    const std::string id = before.at(3).at("_id");
    const std::string entity = R"({"entity":"claim_attendance")";
    const std::string hole = entity + R"(,"ids":[")" + id + R"("])";
    CHECK(portal.control("POST", "/hole", hole + "}").json().at("left_out") == 1);
    const auto left = portal.query().json().at("data");
    CHECK(left.size() == 19);
    CHECK(left.at(3) == before.at(4));
    CHECK(ask(portal->port(), "GET", "/api/appdata/claim_attendance/retrieve?id=" + id).json().at("data") ==
          before.at(3));
    CHECK(portal.control("POST", "/hole", hole + R"(,"filtered_only":true})").status == 200);
    CHECK(portal.query().json().at("data").size() == 20);
    CHECK(
        portal.query(R"({"Take":100,"Query":{"workspace_id":{"$exists":true}}})").json().at("data").size() ==
        19);
    CHECK(portal.control("POST", "/hole", entity + "}").json().at("left_out") == 0);
    CHECK(portal.query().json().at("data").size() == 20);
    CHECK(portal.control("POST", "/hole", "[]").status == 400);
}

TEST_CASE("/restore resets the whole portal to its backup, and a lagging replica answers from it") {
    RunningPortal portal;
    CHECK(portal.control("POST", "/restore").status == 400);
    const auto before = portal.query().json().at("data");
    CHECK(portal.control("POST", "/backup").status == 200);
    CHECK(portal.control("POST", "/touch", R"({"count":2})").status == 200);
    CHECK(portal.control("POST", "/delete", R"({"count":1})").status == 200);
    CHECK(portal.control("POST", "/put/claim_attendance", R"({"_id":"new","modified":"2099"})").status ==
          200);
    portal.fault("lag");
    CHECK(portal.query().json().at("data") == before);
    CHECK(portal.query().json().at("data") != before);
    CHECK(portal.control("POST", "/restore").json().at("restored") == 20);
    CHECK(portal.query().json().at("data") == before);
}

TEST_CASE("/put stores a document with its own types") {
    RunningPortal portal({}, 0);
    const std::string modified = R"("modified":"2024-03-13T19:08:57.1630000Z")";
    CHECK(portal.control("POST", "/put/claim_attendance", R"({"_id":"a",)" + modified + "}").status == 200);
    CHECK(
        portal.control("POST", "/put/claim_attendance?types=modified=date", R"({"_id":"b",)" + modified + "}")
            .status == 200);
    const auto found = portal.query(R"({"Take":9,"Query":{"modified":{"$gte":"2024"}}})").json().at("data");
    CHECK(found.size() == 1);
    CHECK(found.at(0).at("_id") == "a");
    CHECK(portal.query().json().at("data").size() == 2);
    CHECK(portal.control("POST", "/put/note?types=modified=never", R"({"_id":"c"})").status == 400);
}

TEST_CASE("/generate creates new records, all different, in batches a millisecond apart") {
    RunningPortal portal;
    CHECK(portal.control("POST", "/generate", R"({"count":5,"batch":2})").json().at("generated") == 5);
    CHECK(portal.control("POST", "/generate", R"({"count":3,"shape":"full"})").status == 200);
    const auto data = portal.query().json().at("data");
    REQUIRE(data.size() == 28);
    CHECK(data.at(20).at("modified") == data.at(21).at("modified"));
    CHECK(data.at(21).at("modified") < data.at(22).at("modified"));
    CHECK(data.at(24).at("modified") > data.at(23).at("modified"));
    // The two calls may happen within one millisecond: then ids determine the order.
    const auto is_full = [](const auto& record) { return record.dump().size() > 15'000; };
    CHECK(std::count_if(data.begin(), data.end(), is_full) == 3);
    CHECK(data.at(27).at("workspace_id") == data.at(0).at("workspace_id"));
}

TEST_CASE("/records returns every document's bytes in the order of its key, or only keys with hashes") {
    RunningPortal portal({}, 3'000);
    const auto all = lines(portal.control("GET", "/records/claim_attendance").body);
    const auto keys = lines(portal.control("GET", "/records/claim_attendance?keys=1").body);
    REQUIRE(all.size() == 3'000);
    REQUIRE(keys.size() == 3'000);
    std::string last;
    bool ordered = true;
    for (const std::string& line : keys) {
        const auto key = nlohmann::ordered_json::parse(line);
        const std::string now = key.at("modified").get<std::string>() + key.at("_id").get<std::string>();
        ordered = ordered && last < now;
        last = now;
    }
    CHECK(ordered);
    REQUIRE(portal.control("POST", "/put/note", R"({"_id":"abc"})").status == 200);
    // printf '{"_id":"abc"}' | sha256sum
    CHECK(portal.control("GET", "/records/note?keys=1").body ==
          "{\"_id\":\"abc\",\"modified\":null,\"sha256\":"
          "\"04c14b02934800e3300f53419212d964dfaa9ef6375d9de50f986fa821c3efc3\"}\n");
    CHECK(portal.control("GET", "/records/nothing").status == 404);
}

TEST_CASE("/settings changes the dialect while running, /faults ends all faults") {
    RunningPortal portal;
    const char* by_text = R"({"Query":{"_id":{"$gt":"0"}}})";
    CHECK(portal.query(by_text).json().at("data").size() == 20);
    const auto changed =
        portal.control("POST", "/settings", R"({"dialect":"id=oid,cap=3,case=pascal","api_key":"k"})");
    CHECK(changed.json().at("dialect").get<std::string>().starts_with("id=oid,modified=string,or=yes,cap=3"));
    CHECK(changed.body.find("\"k\"") == std::string::npos);
    CHECK(portal.query(by_text).status == 403);
    const Headers key{{"x-api-key", "k"}};
    CHECK(portal.query(by_text, key).json().at("Data").empty());
    CHECK(portal.query(kByKey, key).json().at("Data").size() == 3);
    REQUIRE(portal.control("POST", "/fault", R"({"name":"500","probability":1})").status == 200);
    CHECK(portal.query(kByKey, key).status == 500);
    CHECK(portal.control("DELETE", "/faults").status == 200);
    CHECK(portal.query(kByKey, key).status == 200);
    const auto counts = portal.control("GET", "/counts").json();
    CHECK(counts.at("requests").at("query") == 6);
    CHECK(counts.at("statuses").at("500") == 1);
    CHECK(counts.at("held").at("claim_attendance") == 20);
    CHECK(counts.at("served").at("records") == 26);
}

TEST_CASE("invalid calls of the control port report the reason, and change nothing") {
    RunningPortal portal;
    struct Row {
        const char* method;
        const char* target;
        const char* body;
        unsigned status;
    };
    for (const Row& row : {Row{"POST", "/put/note", "", 400},
                           Row{"POST", "/put/note", "5", 400},
                           Row{"POST", "/put/note", "[5]", 400},
                           Row{"POST", "/put/note?now=true", "[5]", 400},
                           Row{"POST", "/put/note?visible_after=x", "{}", 400},
                           Row{"POST", "/put", "{}", 404},
                           Row{"POST", "/touch", "", 400},
                           Row{"POST", "/touch", R"({"entity":"nothing"})", 400},
                           Row{"POST", "/touch", R"({"count":-1})", 400},
                           Row{"POST", "/touch", R"({"ids":[1]})", 400},
                           Row{"POST", "/disable", R"({"ids":"a"})", 400},
                           Row{"POST", "/generate", R"({"batch":0})", 400},
                           Row{"POST", "/generate", R"({"shape":"round"})", 400},
                           Row{"POST", "/generate", R"({"count":99999999999})", 400},
                           Row{"POST", "/fault", "{}", 400},
                           Row{"POST", "/fault", R"({"name":"nope"})", 400},
                           Row{"POST", "/fault", R"({"name":"429","probability":2})", 400},
                           Row{"POST", "/fault", R"({"name":"429","times":-2})", 400},
                           Row{"POST", "/settings", R"({"dialect":"x"})", 400},
                           Row{"POST", "/settings", "[]", 400},
                           Row{"POST", "/settings", R"({"rate":-1})", 400},
                           Row{"POST", "/settings", R"({"gzip":1})", 400},
                           Row{"POST", "/settings", R"({"too_large_status":200})", 400},
                           Row{"GET", "/", "", 404},
                           Row{"GET", "/put/note", "", 404},
                           Row{"PUT", "/settings", "{}", 404}}) {
        CAPTURE(row.method, row.target, row.body);
        const auto answer = portal.control(row.method, row.target, row.body);
        CHECK(answer.status == row.status);
        CHECK_FALSE(answer.json().at("error").get<std::string>().empty());
    }
    CHECK(portal.query().json().at("data").size() == 20);
    CHECK(portal.control("GET", "/counts").json().at("held").size() == 1);
}

TEST_CASE("/quit ends the portal, and its counts can still be read") {
    RunningPortal portal;
    CHECK(portal.query().status == 200);
    CHECK(portal.control("POST", "/quit").status == 200);
    CHECK(portal->counts().total_requests() == 1);
}
