// The portal's responses: sorting, paging, projection, totals, limits, late rows, refusals.
#include "portal/portal_model.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kEntity = "note";

Json data(const PortalModel::Answer& answer) {
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    const Json json = Json::parse(answer.body);
    REQUIRE(json.at("isSuccess") == true);
    return json.at("data");
}

std::string ids(const PortalModel::Answer& answer) {
    std::string text;
    for (const Json& record : data(answer))
        text += record.value("_id", "?");
    return text;
}

PortalModel model_of(std::initializer_list<const char*> documents, ModelSettings settings = {}) {
    PortalModel model(std::move(settings));
    for (const char* document : documents)
        REQUIRE(model.put(kEntity, document).has_value());
    return model;
}

}  // namespace

TEST_CASE("sorting: several fields, both directions, missing first, ties in insertion order") {
    PortalModel model = model_of({R"({"_id":"a","x":2})", R"({"_id":"b","x":"2"})", R"({"_id":"c"})",
                                  R"({"_id":"d","x":1,"y":1})", R"({"_id":"e","x":1,"y":2})",
                                  R"({"_id":"f","x":null})", R"({"_id":"g","x":[0,9]})"});
    CHECK(ids(model.query(kEntity, R"({})")) == "abcdefg");
    CHECK(ids(model.query(kEntity, R"({"Sort":{"x":1}})")) == "cfgdeab");
    CHECK(ids(model.query(kEntity, R"({"Sort":{"x":-1}})")) == "bgadecf");
    CHECK(ids(model.query(kEntity, R"({"Sort":{"x":1,"y":-1}})")) == "cfgedab");
    CHECK(ids(model.query(kEntity, R"({"Sort":{"_id":-1}})")) == "gfedcba");
    CHECK(ids(model.query(kEntity, R"({"Sort":{"x":1},"Skip":2,"Take":3})")) == "gde");
    CHECK(ids(model.query(kEntity, R"({"Skip":7})")).empty());
    CHECK(ids(model.query(kEntity, R"({"Take":0})")).empty());
    CHECK(ids(model.query(kEntity, R"({"skip":1,"take":1,"sort":{"_id":1},"query":{"_id":{"$gt":"b"}}})")) ==
          "d");
}

TEST_CASE("a replaced document keeps its position, an erased one has none") {
    PortalModel model = model_of({R"({"_id":"a","v":1})", R"({"_id":"b"})"});
    REQUIRE(model.put(kEntity, R"({"_id":"a","v":2})").has_value());
    CHECK(data(model.query(kEntity, "{}")).dump() == R"([{"_id":"a","v":2},{"_id":"b"}])");
    CHECK(model.erase(kEntity, "a"));
    CHECK_FALSE(model.erase(kEntity, "a"));
    CHECK(ids(model.query(kEntity, "{}")) == "b");
    CHECK(model.size(kEntity) == 1);
}

TEST_CASE("documents keep their exact bytes") {
    const std::string raw =
        "{ \"_id\" : \"a\",\"n\":1.50,\"t\":\"\\u00e9\\/\", \"modified\":\"2024-03-13T19:08:57.163Z\" }";
    for (const bool native : {false, true}) {
        PortalModel model(ModelSettings{.id_is_oid = native, .modified_is_date = native});
        REQUIRE(model.put(kEntity, raw).has_value());
        CHECK(model.query(kEntity, "{}").body.find(raw) != std::string::npos);
        CHECK(model.retrieve(kEntity, "a").body.find(raw) != std::string::npos);
        CHECK(model.find(kEntity, "a") == raw);
    }
}

TEST_CASE("projection is strict: `_id` is included only if requested") {
    PortalModel model = model_of({R"({"_id":"a","x":1.0,"modified":"m","o":{"p":1,"q":[{"r":1,"s":2},5]}})"});
    const auto projected = [&](const char* fields) {
        return data(model.query(kEntity, std::string(R"({"Fields":)") + fields + "}")).at(0).dump();
    };
    CHECK(projected(R"(["x"])") == R"({"x":1.0})");
    CHECK(projected(R"(["modified","_id"])") == R"({"_id":"a","modified":"m"})");
    CHECK(projected(R"(["none"])") == R"({})");
    CHECK(projected(R"(["o.p","_id"])") == R"({"_id":"a","o":{"p":1}})");
    CHECK(projected(R"(["o.q.s"])") == R"({"o":{"q":[{"s":2}]}})");
    CHECK(projected(R"(["o","o.p"])") == R"({"o":{"p":1,"q":[{"r":1,"s":2},5]}})");
    CHECK(projected(R"(["x.y"])") == R"({})");
    CHECK(projected(R"([])") == R"({"_id":"a","x":1.0,"modified":"m","o":{"p":1,"q":[{"r":1,"s":2},5]}})");
    REQUIRE(model.put(kEntity, R"({"modified":"m","_id":"a"})").has_value());
    CHECK(projected(R"(["_id","modified"])") == R"({"modified":"m","_id":"a"})");
    REQUIRE(model.put(kEntity, R"({"modified":"m","x":1})").has_value());
    CHECK(data(model.query(kEntity, R"({"Skip":1,"Fields":["_id","modified"]})")).at(0).dump() ==
          R"({"modified":"m"})");
}

TEST_CASE("Distinct drops identical texts before Skip and Take count") {
    PortalModel model = model_of({R"({"_id":"a","x":1})", R"({"_id":"b","x":1})", R"({"_id":"c","x":2})"});
    CHECK(data(model.query(kEntity, R"({"Distinct":true,"Fields":["x"]})")).dump() == R"([{"x":1},{"x":2}])");
    const auto answer = model.query(kEntity, R"({"Distinct":true,"Fields":["x"],"Skip":1,"Take":5})");
    CHECK(data(answer).dump() == R"([{"x":2}])");
    CHECK(Json::parse(answer.body).at("total") == 2);
}

TEST_CASE("totals are returned if the portal counts and the request wants them") {
    PortalModel model = model_of({R"({"_id":"a"})", R"({"_id":"b"})", R"({"_id":"c"})"});
    const char* page = R"({"Take":1,"Sort":{"modified":1,"_id":1}})";
    CHECK(Json::parse(model.query(kEntity, page).body).at("total") == 3);
    CHECK(Json::parse(model.query(kEntity, R"({"Take":0,"Query":{"_id":{"$gt":"a"}}})").body).at("total") ==
          2);
    CHECK_FALSE(Json::parse(model.query(kEntity, R"({"WithoutTotal":true})").body).contains("total"));
    model.change_settings({.totals = false});
    CHECK_FALSE(Json::parse(model.query(kEntity, page).body).contains("total"));
    model.change_settings({.pascal = true});
    const Json pascal = Json::parse(model.query(kEntity, page).body);
    CHECK(pascal.at("Total") == 3);
    CHECK(pascal.at("IsSuccess") == true);
    CHECK(pascal.at("Data").size() == 1);
    CHECK(Json::parse(model.query(kEntity, "[]").body).at("ResponseStatus").at("ErrorCode") == "BadRequest");
}

TEST_CASE("the cap makes a page short, whatever Take is") {
    PortalModel model = model_of({R"({"_id":"a"})", R"({"_id":"b"})", R"({"_id":"c"})"}, {.take_cap = 2});
    CHECK(ids(model.query(kEntity, R"({"Take":1000})")) == "ab");
    CHECK(ids(model.query(kEntity, R"({"Take":1})")) == "a");
    CHECK(ids(model.query(kEntity, R"({})")) == "ab");
}

TEST_CASE("a response over the limit is the gateway's 413, or as configured") {
    PortalModel model = model_of({R"({"_id":"a"})", R"({"_id":"b"})"});
    const std::size_t size = model.query(kEntity, "{}").body.size();
    const std::size_t single = model.retrieve(kEntity, "a").body.size();
    model.change_settings({.response_limit_bytes = size});
    CHECK(model.query(kEntity, "{}").status == 200);
    model.change_settings({.response_limit_bytes = size - 1});
    CHECK(model.query(kEntity, "{}").status == 413);
    CHECK(model.query(kEntity, "{}").body == R"({"message":"Request Entity Too Large"})");
    CHECK(model.query(kEntity, R"({"Take":1})").status == 200);
    model.change_settings({.response_limit_bytes = single - 1, .too_large_status = 502});
    CHECK(model.retrieve(kEntity, "a").status == 502);
    CHECK(model.query(kEntity, R"({"Take":2})").body == R"({"message":"Internal server error"})");
    model.change_settings({.response_limit_bytes = 0});
    CHECK(model.query(kEntity, "{}").status == 200);
}

TEST_CASE("a late document is returned only when its time has come") {
    PortalModel model = model_of({R"({"_id":"a","v":1})"});
    const Timestamp early{1'000};
    const Timestamp late{2'000};
    model.set_now(early);
    REQUIRE(model.put(kEntity, R"({"_id":"a","v":2})", late).has_value());
    REQUIRE(model.put(kEntity, R"({"_id":"b","v":1})", late).has_value());
    REQUIRE(model.put(kEntity, R"({"_id":"c"})", early).has_value());
    CHECK(data(model.query(kEntity, "{}")).dump() == R"([{"_id":"a","v":1},{"_id":"c"}])");
    CHECK(Json::parse(model.retrieve(kEntity, "b").body).at("data").is_null());
    CHECK(model.waiting() == 2);
    model.set_now(late);
    CHECK(model.waiting() == 0);
    CHECK(data(model.query(kEntity, R"({"Sort":{"_id":1}})")).dump() ==
          R"([{"_id":"a","v":2},{"_id":"b","v":1},{"_id":"c"}])");
    model.set_now(early);
    CHECK(model.now() == late);
}

TEST_CASE("a newer version supersedes a waiting one") {
    PortalModel model;
    model.set_now(Timestamp{1});
    REQUIRE(model.put(kEntity, R"({"_id":"a","v":1})", Timestamp{9}).has_value());
    REQUIRE(model.put(kEntity, R"({"_id":"a","v":2})").has_value());
    REQUIRE(model.put(kEntity, R"({"_id":"b"})", Timestamp{9}).has_value());
    CHECK_FALSE(model.erase(kEntity, "b"));
    model.set_now(Timestamp{9});
    CHECK(data(model.query(kEntity, "{}")).dump() == R"([{"_id":"a","v":2}])");
}

TEST_CASE("retrieve: one object, or null or 404 if there is none") {
    PortalModel model = model_of({R"({"_id":"a","x":1})"}, {.id_is_oid = true});
    CHECK(data(model.retrieve(kEntity, "a")).dump() == R"({"_id":"a","x":1})");
    CHECK(data(model.retrieve(kEntity, "b")).is_null());
    CHECK(model.retrieve(kEntity, "").status == 400);
    CHECK(model.retrieve(kEntity, "\"\\\x01\xff").status == 200);
    CHECK(model.retrieve("nothing", "a").status == 404);
    model.change_settings({.missing_is_404 = true});
    CHECK(model.retrieve(kEntity, "b").status == 404);
}

TEST_CASE("another workspace or bucket is forbidden, by body or by header; headers take precedence") {
    PortalModel model = model_of({R"({"_id":"a"})"}, {.workspace_id = "w", .bucket_id = "b"});
    CHECK(model.query(kEntity, R"({})").status == 200);
    CHECK(model.query(kEntity, R"({"WorkspaceId":"w","BucketId":"b"})").status == 200);
    CHECK(model.query(kEntity, R"({"WorkspaceId":"other"})").status == 403);
    CHECK(model.query(kEntity, R"({"BucketId":"other"})").status == 403);
    CHECK(model.query(kEntity, R"({"WorkspaceId":"other"})", "w", "b").status == 200);
    CHECK(model.query(kEntity, R"({"WorkspaceId":"w"})", "other", "").status == 403);
}

TEST_CASE("bad input is refused in the envelope and never crashes") {
    PortalModel model = model_of({R"({"_id":"a"})"});
    const std::string deep(20'000, '[');
    const std::string body = GENERATE_COPY(
        as<std::string>{}, "", "{", "[]", "null", "5", "\"text\"", "{\"Take\":-1}", "{\"Skip\":-1}",
        "{\"Take\":1.5}", "{\"Take\":99999999999999999999999}", "{\"Take\":2147483648}", "{\"Take\":\"10\"}",
        "{\"Sort\":[]}", "{\"Sort\":{\"a\":2}}", "{\"Fields\":{}}", "{\"Fields\":[5]}", "{\"Query\":[]}",
        "{\"Query\":{\"$x\":1}}", "{\"WorkspaceId\":5}", "{\"Distinct\":1}", "{\"WithoutTotal\":\"yes\"}",
        "{\"Query\":{\"a\":\"\xff\"}}", deep, "{\"Query\":{\"a\":" + deep + "}}");
    CAPTURE(body.substr(0, 60));
    const auto answer = model.query(kEntity, body);
    CHECK(answer.status == 400);
    const Json json = Json::parse(answer.body);
    CHECK(json.at("isSuccess") == false);
    CHECK_FALSE(json.at("responseStatus").at("errorCode").get<std::string>().empty());
    CHECK_FALSE(json.at("responseStatus").at("message").get<std::string>().empty());
}

TEST_CASE("a huge Take returns only the existing records, an unknown entity is 404") {
    PortalModel model = model_of({R"({"_id":"a"})"});
    CHECK(ids(model.query(kEntity, R"({"Take":2147483647})")) == "a");
    CHECK(model.query("no_such_thing", "{}").status == 404);
    CHECK(data(model.query("claim_attendance", "{}")).empty());
}

TEST_CASE("documents as hostile as JSON allows are stored, found and returned") {
    PortalModel model;
    std::string deep = R"({"_id":"deep","x":)";
    deep.append(10'000, '[').append(10'000, ']').append("}");
    REQUIRE(model.put(kEntity, deep).has_value());
    REQUIRE(model.put(kEntity, R"({"_id":5,"modified":null})").has_value());
    REQUIRE(model.put(kEntity, R"({"_id":["q"],"modified":["m"]})").has_value());
    REQUIRE(model.put(kEntity, R"({"x":1})").has_value());
    REQUIRE(model.put(kEntity, R"({})").has_value());
    REQUIRE(model.append(kEntity, R"({"_id":"deep"})").has_value());
    CHECK(model.query(kEntity, R"({"Sort":{"modified":1,"_id":1}})").records == 6);
    CHECK(model.query(kEntity, R"({"Query":{"_id":"deep"}})").records == 2);
    CHECK(model.query(kEntity, R"({"Query":{"_id":"q"}})").records == 1);
    CHECK(model.query(kEntity, R"({"Query":{"_id":"deep"},"Fields":["x.y"]})").status == 200);
    for (const char* raw : {"", "[]", "{", "null", "{\"_id\":\"a\"} x", "\"{}\"", "{\"a\":\"\xff\"}"}) {
        CAPTURE(raw);
        CHECK(model.put(kEntity, raw).has_error());
        CHECK(model.append(kEntity, raw).has_error());
    }
}

TEST_CASE("a dialect is written and read") {
    ModelSettings settings;
    const auto oid =
        with_dialect(settings, "id=oid,modified=date,or=no,cap=100,total=no,case=pascal,missing=404,sort=no");
    REQUIRE(oid.has_value());
    CHECK(oid->id_is_oid);
    CHECK(oid->modified_is_date);
    CHECK(oid->or_refused);
    CHECK(oid->take_cap == 100);
    CHECK_FALSE(oid->totals);
    CHECK(oid->pascal);
    CHECK(dialect_text(*oid) ==
          "id=oid,modified=date,or=no,cap=100,total=no,case=pascal,missing=404,sort=no");
    CHECK(dialect_text(*with_dialect(*oid, dialect_text(settings))) == dialect_text(settings));
    for (const char* bad :
         {"id", "id=", "id=uuid", "what=1", "cap=-1", "cap=x", "or=no,,", "=", "id=oid;or=no"}) {
        CAPTURE(bad);
        CHECK(with_dialect(settings, bad).has_error());
    }
}
