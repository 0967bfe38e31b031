#include "portal/query.hpp"
#include "portal_fixture.hpp"
#include "support/sanitized.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

constexpr const char* kId = "65f35b06e30c8a2e4578d118";
constexpr const char* kOtherId = "65f35b06e30c8a2e4578d119";

// The resources used by the process so far.
struct MachineUse {
    MachineUse() {
        rusage use{};
        ::getrusage(RUSAGE_SELF, &use);
        peak_kib = use.ru_maxrss;
        for (const timeval& time : {use.ru_utime, use.ru_stime})
            cpu_seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    }
    MachineUse operator-(const MachineUse& before) const {
        MachineUse between = *this;
        between.peak_kib -= before.peak_kib;
        between.cpu_seconds -= before.cpu_seconds;
        return between;
    }

    long peak_kib = 0;
    double cpu_seconds = 0;
};

}  // namespace

TEST_CASE("a query is sent as documented") {
    ScriptedPortal scripted(http_ok(envelope("[]")));
    scripted.spec.entity = "claim attendance/x";
    REQUIRE(scripted.query().has_value());
    const std::string& request = scripted.last_request;
    INFO(request);
    CHECK(request.starts_with("POST /api/appdata/claim%20attendance%2Fx/query HTTP/1.1\r\n"));
    CHECK(has(request, "\r\nx-api-key: S3cretKey0123456789\r\n"));
    CHECK(has(request, std::string("\r\nX-Param-Override-WorkspaceId: ") + kWorkspace + "\r\n"));
    CHECK(has(request, std::string("\r\nX-Param-Override-BucketId: ") + kBucket + "\r\n"));
    CHECK(has(request, "\r\nContent-Type: application/json\r\n"));
    CHECK(has(request, "\r\nAccept: application/json\r\n"));
    CHECK(has(request, "\r\nAccept-Encoding: gzip\r\n"));
    CHECK(has(request, "\r\nUser-Agent: carecloud-syncd/"));
    const Query query{.spec = &scripted.spec};
    CHECK(request.ends_with("\r\n\r\n" + query_text(query)));
}

TEST_CASE("both spellings of the envelope give the page, its time and its hashes") {
    const bool pascal = GENERATE(false, true);
    const std::string body = envelope("[" + record_text(kId) + "," + record_text(kOtherId) + "]", pascal);
    ScriptedPortal scripted(http_ok(body, "Date: Wed, 13 Mar 2024 11:59:30 GMT\r\n"));
    const auto page = scripted.query();
    REQUIRE(page.has_value());
    REQUIRE((*page)->records.size() == 2);
    CHECK((*page)->records[0].id == kId);
    CHECK((*page)->records[1].body == record_text(kOtherId));
    CHECK((*page)->records[0].hash != Hash{});
    CHECK((*page)->spelling == (pascal ? Spelling::pascal : Spelling::camel));
    REQUIRE((*page)->date);
    CHECK((*page)->date->to_string() == "2024-03-13T11:59:30.0000000Z");
}

TEST_CASE("a response without a Date has none; a walk of keys has no hashes") {
    ScriptedPortal scripted(http_ok(envelope("[" + record_text(kId) + "]")));
    const auto page = scripted.query(Projection::keys);
    REQUIRE(page.has_value());
    CHECK_FALSE((*page)->date);
    CHECK((*page)->records.at(0).hash == Hash{});
}

TEST_CASE("many queries, plain and gzip, use one connection") {
    const std::string body = envelope("[" + record_text(kId) + "]");
    ScriptedPortal scripted(http_ok(body));
    for (int i = 0; i < 50; ++i) {
        scripted.answer = i % 2 == 0 ? http_ok(body) : http_ok(gzip(body), "Content-Encoding: gzip\r\n");
        const auto page = scripted.query();
        REQUIRE(page.has_value());
        REQUIRE((*page)->records.size() == 1);
    }
    CHECK(scripted.server.connections() == 1);
    CHECK(scripted.portal->connections_opened() == 1);
}

TEST_CASE("a page is usable after the portal and its connection are destroyed") {
    PagePtr page;
    {
        ScriptedPortal scripted(http_ok(envelope("[" + record_text(kId) + "]")));
        page = scripted.query().value();
    }
    CHECK(page->records.at(0).body == record_text(kId));
}

TEST_CASE("a record of another workspace fails the page, in query and in retrieve") {
    const std::string foreign = record_text(kId, "000000000000000000000000");
    ScriptedPortal scripted(http_ok(envelope("[" + record_text(kOtherId) + "," + foreign + "]")));
    const auto page = scripted.query();
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().code == ErrorCode::wrong_workspace);
    CHECK(page.error().operation == "query claim_attendance");
    scripted.answer = http_ok(envelope(foreign));
    const auto one = scripted.retrieve();
    REQUIRE_FALSE(one.has_value());
    CHECK(one.error().code == ErrorCode::wrong_workspace);
}

TEST_CASE("a byte-order mark before the JSON is ignored") {
    const std::string mark = "\xEF\xBB\xBF";
    ScriptedPortal scripted(http_ok(mark + envelope("[" + record_text(kId) + "]")));
    const auto page = scripted.query();
    REQUIRE(page.has_value());
    CHECK((*page)->records.at(0).body == record_text(kId));
    scripted.answer = http_answer("403 Forbidden", mark + R"({"message":"Forbidden"})");
    const auto refused = scripted.query();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::key_refused);
}

TEST_CASE("a response that is not JSON is named by its media type") {
    ScriptedPortal scripted(http_ok(""));
    for (const char* type : {"application/json", "application/octet-stream", "text/plain", "image/png"}) {
        scripted.answer = http_ok("Sorry", "Content-Type: " + std::string(type) + "; charset=utf-8\r\n");
        const auto page = scripted.query();
        REQUIRE_FALSE(page.has_value());
        CHECK(has(page.error().subject, "not JSON but " + std::string(type) + ": xxxxx"));
    }
}

TEST_CASE(
    "row 10: a query returns a list: an object instead is a bad response; retrieve returns one record") {
    ScriptedPortal scripted(http_ok(envelope(R"({"items":[)" + record_text(kId) + "]}")));
    const auto page = scripted.query();
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().code == ErrorCode::bad_response);
    CHECK(has(page.error().subject, "data is an object instead of a list"));
    scripted.answer = http_ok(envelope(record_text(kId)));
    CHECK_FALSE(scripted.query().has_value());
    CHECK(scripted.retrieve(kId).has_value());
}

TEST_CASE("nameless: a list in which no record has an _id is a bad response, and nothing is quarantined") {
    ScriptedPortal scripted(http_ok(""));
    const std::string renamed = R"({"id":"a1","modified":"2023-12-01T22:06:47.9990000Z"})";
    for (const std::string& data :
         {std::string("[{}]"), "[{}," + renamed + "]", R"([{"item":)" + record_text(kId) + "}]"}) {
        CAPTURE(data);
        scripted.answer = http_ok(envelope(data));
        const auto page = scripted.query();
        REQUIRE_FALSE(page.has_value());
        CHECK(page.error().code == ErrorCode::bad_response);
        CHECK(has(page.error().subject, "records has an _id"));
    }
    // One invalid record stops nothing, even if it is the only one of its page.
    for (const char* data : {R"([{"_id":17}])", R"([{"_id":null}])", R"([{},{"_id":null}])"}) {
        CAPTURE(data);
        scripted.answer = http_ok(envelope(data));
        CHECK(scripted.query().has_value());
    }
}

TEST_CASE("the error of a refused key contains the remedy from the settings") {
    ScriptedPortal scripted(http_answer("403 Forbidden", R"({"message":"Forbidden"})"));
    HttpPortalSettings settings = portal_settings(scripted.base_url());
    settings.key_remedy = "write a new one";
    auto portal = HttpPortal::create(scripted.clock, settings);
    REQUIRE(portal.has_value());
    const Query query{.spec = &scripted.spec};
    CHECK(run(scripted.io, (*portal)->query(query)).error().hint == "write a new one");
    CHECK(run(scripted.io, (*portal)->retrieve(scripted.spec, kId)).error().hint == "write a new one");
    CHECK(run(scripted.io, (*portal)->refresh()).error().hint == "write a new one");
    CHECK(has(scripted.query().error().hint, "portal.api_key_file"));
    scripted.answer = http_answer("404 Not Found", "<html>");
    CHECK(has(run(scripted.io, (*portal)->query(query)).error().hint, "portal.base_url"));
}

TEST_CASE("each request is described for a log, without the key, an id or a filter's value") {
    ScriptedPortal scripted(http_ok(envelope("[" + record_text(kId) + "]")));
    std::vector<PortalExchange> seen;
    HttpPortalSettings settings = portal_settings(scripted.base_url());
    settings.on_request = [&](const PortalExchange& request) { seen.push_back(request); };
    auto portal = HttpPortal::create(scripted.clock, settings);
    REQUIRE(portal.has_value());
    scripted.spec.filter = R"({"providerName":"Zoe"})";
    const Query query{.spec = &scripted.spec, .where = where::id({}, "$gt", kId), .take = 250, .skip = 3};
    REQUIRE(run(scripted.io, (*portal)->query(query)).has_value());
    scripted.answer = http_answer("404 Not Found", "");
    REQUIRE(run(scripted.io, (*portal)->retrieve(scripted.spec, kId)).has_value());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].method == "POST");
    CHECK(seen[0].path == "/api/appdata/claim_attendance/query");
    CHECK(seen[0].condition == R"({"$and":[{"providerName":"?"},{"_id":{"$gt":"?"}}]})");
    CHECK((seen[0].take == 250 && seen[0].skip == 3));
    CHECK(seen[0].status == 200);
    CHECK(seen[0].bytes == envelope("[" + record_text(kId) + "]").size());
    CHECK(seen[1].method == "GET");
    CHECK(seen[1].path == "/api/appdata/claim_attendance/retrieve");
    CHECK((seen[1].status == 404 && seen[1].bytes == 0));
}

TEST_CASE("row 15: records beyond the requested number are ignored, which is reported once") {
    std::string records = record_text(kId);
    for (int i = 0; i < 5000; ++i)
        records += ",{}";
    ScriptedPortal scripted(http_ok(envelope("[" + records + "]")));
    std::vector<Error> notices;
    HttpPortalSettings settings = portal_settings(scripted.base_url());
    settings.on_notice = [&](const Error& notice) { notices.push_back(notice); };
    auto portal = HttpPortal::create(scripted.clock, settings);
    REQUIRE(portal.has_value());
    for (int i = 0; i < 3; ++i) {
        const Query query{.spec = &scripted.spec, .take = 1000};
        const auto page = run(scripted.io, (*portal)->query(query));
        REQUIRE(page.has_value());
        CHECK((*page)->record_count() == 1000);
        CHECK((*page)->beyond_take == 4001);
    }
    REQUIRE(notices.size() == 1);
    CHECK(has(notices.front().message(), "the response contains 5001 records, but 1000 were requested"));
}

TEST_CASE("row 15: a response of a million empty records is a bad response, within bounded memory and time") {
    constexpr std::size_t records = 1'000'000;
    std::string data = "[{}";
    for (std::size_t i = 1; i < records; ++i)
        data += ",{}";
    const std::string body = envelope(data + "]");
    ScriptedPortal scripted("");
    for (const bool zipped : {false, true}) {
        scripted.answer = zipped ? http_ok(gzip(body), "Content-Encoding: gzip\r\n") : http_ok(body);
        const MachineUse before;
        const auto page = scripted.query();
        const MachineUse used = MachineUse() - before;
        REQUIRE_FALSE(page.has_value());
        CHECK(page.error().code == ErrorCode::bad_response);
        CHECK(has(page.error().subject, "none of its 1000 records has an _id"));
        CAPTURE(zipped, used.peak_kib, used.cpu_seconds);
        CHECK(used.peak_kib < 64 * 1024);
        CHECK(used.cpu_seconds < (kSanitized ? 20 : 2));
    }
    // The portal object is usable afterwards.
    scripted.answer = http_ok(envelope("[" + record_text(kId) + "]"));
    CHECK(scripted.query().has_value());
}

TEST_CASE("retrieve requests by id and returns one record") {
    ScriptedPortal scripted(http_ok(envelope(record_text(kId))));
    const auto page = scripted.retrieve();
    REQUIRE(page.has_value());
    REQUIRE((*page)->records.size() == 1);
    CHECK((*page)->records[0].body == record_text(kId));
    CHECK(scripted.last_request.starts_with(
        "GET /api/appdata/claim_attendance/retrieve?id=" + std::string(kId) + " "));
    CHECK(has(scripted.last_request, "\r\nx-api-key: "));
    CHECK(has(scripted.last_request, "\r\nX-Param-Override-BucketId: "));
    CHECK_FALSE(scripted.retrieve("a&id=b c").has_value());
    CHECK(has(scripted.last_request, "retrieve?id=a%26id%3Db%20c HTTP/1.1\r\n"));
}

TEST_CASE("retrieve: every response without such a record is a page without one") {
    const std::string answer = GENERATE(
        http_ok(envelope("null")), http_ok(envelope("null", true)), http_ok(envelope("[]")),
        http_ok(envelope("{}")), http_ok(envelope("{ }")), http_answer("404 Not Found", ""),
        http_answer("404 Not Found", R"({"isSuccess":false,"responseStatus":{"errorCode":"NotFound"}})"),
        http_answer("404 Not Found", R"({"ResponseStatus":{"ErrorCode":"404","Message":"gone"}})"),
        http_ok(R"({"isSuccess":false,"responseStatus":{"errorCode":"NotFound","message":"x"}})"));
    ScriptedPortal scripted(answer);
    const auto page = scripted.retrieve();
    INFO(answer);
    REQUIRE(page.has_value());
    CHECK((*page)->record_count() == 0);
    CHECK_FALSE((*page)->date);
}

TEST_CASE("retrieve: a wrong address or a failing portal never looks like a deleted record") {
    const std::string answer = GENERATE(
        http_answer("404 Not Found", "<html><h1>Not Found</h1></html>"),
        http_answer("404 Not Found", R"({"message":"Not Found"})"), http_answer("404 Not Found", "[]"),
        http_answer("410 Gone", ""), http_answer("403 Forbidden", ""),
        http_answer("500 Internal Server Error", ""), http_answer("204 No Content", ""), http_ok(""),
        http_ok("null"), http_ok("{}"), http_ok("[]"),
        http_ok(R"({"isSuccess":false,"responseStatus":{"errorCode":"Unauthorized"}})"),
        http_ok(R"({"isSuccess":false})"), http_ok(R"({"isSuccess":true})"),
        http_ok(envelope(record_text(kOtherId))),
        http_ok(envelope("[" + record_text(kId) + "," + record_text(kOtherId) + "]")));
    ScriptedPortal scripted(answer);
    const auto page = scripted.retrieve();
    INFO(answer);
    REQUIRE_FALSE(page.has_value());
}

TEST_CASE("refresh is a POST, and any success is accepted") {
    ScriptedPortal scripted(GENERATE(http_ok(""), http_ok("{}"), http_ok(R"({"isSuccess":true})"),
                                     http_ok("OK"), std::string("HTTP/1.1 204 No Content\r\n\r\n")));
    CHECK(scripted.refresh().has_value());
    CHECK(scripted.last_request.starts_with("POST /api/status/refresh HTTP/1.1\r\n"));
    CHECK(has(scripted.last_request, "\r\nContent-Length: 0\r\n"));
    CHECK(has(scripted.last_request, "\r\nx-api-key: "));
}

TEST_CASE("refresh that is refused") {
    ScriptedPortal scripted(http_answer("403 Forbidden", R"({"message":"Forbidden"})"));
    CHECK(scripted.refresh().error().code == ErrorCode::key_refused);
    scripted.answer = http_ok(R"({"isSuccess":false,"responseStatus":{"errorCode":"Unknown"}})");
    CHECK(scripted.refresh().error().code == ErrorCode::refused);
}

TEST_CASE("a new key is used from the next request on; a bad one is refused and never shown") {
    ScriptedPortal scripted(http_ok(envelope("[]")));
    REQUIRE(scripted.portal->set_api_key("NewKey").has_value());
    REQUIRE(scripted.query().has_value());
    CHECK(has(scripted.last_request, "\r\nx-api-key: NewKey\r\n"));
    for (const char* bad : {"", "S3cret\r\nX: y", "S3cret\n", "S3cret ", "S3\tcret", "S3cret\xc3\xa9"}) {
        const auto refused = scripted.portal->set_api_key(bad);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK_FALSE(has(refused.error().message(), "S3"));
    }
    REQUIRE(scripted.query().has_value());
    CHECK(has(scripted.last_request, "\r\nx-api-key: NewKey\r\n"));
}

TEST_CASE("unusable settings are refused immediately, each with its name") {
    boost::asio::io_context io;
    EdgeClock clock(io);
    const auto refusal = [&](auto change) {
        HttpPortalSettings settings = portal_settings("https://portal.example.org/api");
        change(settings);
        const auto portal = HttpPortal::create(clock, settings);
        return portal ? std::string("none") : portal.error().message();
    };
    CHECK(refusal([](auto&) {}) == "none");
    CHECK(has(refusal([](auto& s) { s.base_url = "http://portal.example.org/api"; }), "https"));
    CHECK(has(refusal([](auto& s) { s.base_url = "https://portal.example.org/api?x=1"; }), "base_url"));
    CHECK(has(refusal([](auto& s) { s.base_url = "portal"; }), "base_url"));
    CHECK(has(refusal([](auto& s) { s.workspace_id = "a\r\nb"; }), "workspace_id"));
    CHECK(has(refusal([](auto& s) { s.bucket_id = ""; }), "bucket_id"));
    CHECK(has(refusal([](auto& s) { s.api_key = "a\nb"; }), "API key"));
    CHECK(has(refusal([](auto& s) { s.user_agent = "a\nb"; }), "user_agent"));
    CHECK(has(refusal([](auto& s) { s.ca_file = "/nonexistent"; }), "/nonexistent"));
    CHECK(has(refusal([](auto& s) { s.proxy.https_proxy = "socks5://x"; }), "HTTPS_PROXY"));
}

TEST_CASE("an entity that would lead to another path is refused before anything is sent") {
    ScriptedPortal scripted(http_ok(envelope("[]")));
    for (const char* entity : {"", ".", ".."}) {
        scripted.spec.entity = entity;
        CHECK(scripted.query().error().code == ErrorCode::invalid_argument);
        CHECK(scripted.retrieve().error().code == ErrorCode::invalid_argument);
    }
    CHECK(scripted.server.connections() == 0);
}

}  // namespace carecloud
