// Every refusal of the gateway and the portal is distinguished, and its message contains nothing secret or personal.
#include "portal/http/refusal.hpp"
#include "portal_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

namespace {

Error query_error(const std::string& answer) {
    ScriptedPortal scripted(answer);
    const auto page = scripted.query();
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().operation == "query claim_attendance");
    CHECK_FALSE(has(page.error().message(), kKey));
    return page.error();
}

ErrorCode code_of(const std::string& status, const std::string& body = "") {
    return query_error(http_answer(status, body)).code;
}

std::optional<std::chrono::milliseconds> retry_after(const std::string& headers) {
    return query_error(http_answer("429 Too Many Requests", "", headers)).retry_after;
}

}  // namespace

TEST_CASE("each status has its meaning") {
    CHECK(code_of("401 Unauthorized") == ErrorCode::key_refused);
    CHECK(code_of("403 Forbidden", R"({"message":"Forbidden"})") == ErrorCode::key_refused);
    CHECK(code_of("413 Request Entity Too Large") == ErrorCode::too_large);
    CHECK(code_of("408 Request Timeout") == ErrorCode::timed_out);
    CHECK(code_of("504 Gateway Timeout", R"({"message":"Endpoint request timed out"})") ==
          ErrorCode::timed_out);
    for (const char* status :
         {"500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "520 X"}) {
        CHECK(code_of(status) == ErrorCode::server_failed);
    }
    for (const char* status : {"400 Bad Request", "404 Not Found", "405 Method Not Allowed", "418 Teapot"}) {
        CHECK(code_of(status) == ErrorCode::refused);
    }
    for (const char* status :
         {"301 Moved", "302 Found", "307 Temporary", "304 Not Modified", "300 Choices"}) {
        CHECK(code_of(status) == ErrorCode::refused);
    }
    CHECK(code_of("206 Partial Content", envelope("[]")) == ErrorCode::bad_response);
    CHECK(code_of("999 What", envelope("[]")) == ErrorCode::server_failed);
}

TEST_CASE("row 13: 403: the key is refused only if the gateway or the portal states it") {
    const auto code = [](const char* body) { return code_of("403 Forbidden", body); };
    CHECK(code(R"({"message":"Forbidden"})") == ErrorCode::key_refused);
    CHECK(code(R"({"Message":"forbidden"})") == ErrorCode::key_refused);
    CHECK(code(R"({"message":"User is not authorized to access this resource"})") == ErrorCode::key_refused);
    CHECK(code(R"({"message":"API key expired"})") == ErrorCode::key_refused);
    CHECK(code(R"({"isSuccess":false,"responseStatus":{"errorCode":"Forbidden"}})") ==
          ErrorCode::key_refused);
    CHECK(code(R"({"IsSuccess":false,"ResponseStatus":{"ErrorCode":"Unauthorized"}})") ==
          ErrorCode::key_refused);
    CHECK(code("") == ErrorCode::refused);
    CHECK(code("Forbidden") == ErrorCode::refused);
    CHECK(code("<html><body><h1>403 Forbidden</h1></body></html>") == ErrorCode::refused);
    CHECK(code(R"({"message":"Missing Authentication Token"})") == ErrorCode::refused);
    CHECK(code(R"({"message":"Request blocked"})") == ErrorCode::refused);
    CHECK(code(R"({"isSuccess":false,"responseStatus":{"errorCode":"InvalidQuery"}})") == ErrorCode::refused);
    CHECK(code(R"(["Forbidden"])") == ErrorCode::refused);
}

TEST_CASE("429: the quota is distinguished from rate and burst") {
    const auto code = [](const char* body) { return code_of("429 Too Many Requests", body); };
    CHECK(code(R"({"message":"Limit Exceeded"})") == ErrorCode::quota_exhausted);
    CHECK(code(R"({"Message":"limit exceeded."})") == ErrorCode::quota_exhausted);
    CHECK(code("Limit Exceeded\n") == ErrorCode::quota_exhausted);
    CHECK(code(R"({"message":"Too Many Requests"})") == ErrorCode::rate_limited);
    CHECK(code(R"({"message":"Rate limit exceeded"})") == ErrorCode::rate_limited);
    CHECK(code("") == ErrorCode::rate_limited);
    CHECK(code("<html>") == ErrorCode::rate_limited);
    const Error typed = query_error(
        http_answer("429 Too Many Requests", "", "x-amzn-ErrorType: LimitExceededException:http://x/\r\n"));
    CHECK(typed.code == ErrorCode::quota_exhausted);
}

TEST_CASE("Retry-After in seconds and as a date, limited") {
    CHECK(retry_after("Retry-After: 120\r\n") == 120s);
    CHECK(retry_after("Retry-After: 0\r\n") == 0s);
    CHECK(retry_after("Retry-After: 99999999999999999999999\r\n") == 31 * 24h);
    CHECK(retry_after("Retry-After: 99999999\r\n") == 31 * 24h);
    CHECK(retry_after("Retry-After: Wed, 13 Mar 2024 12:00:30 GMT\r\n") == 30s);
    CHECK(retry_after(
              "Date: Wed, 13 Mar 2024 12:00:20 GMT\r\nRetry-After: Wed, 13 Mar 2024 12:00:30 GMT\r\n") ==
          10s);
    CHECK(retry_after("Retry-After: Wed, 13 Mar 2024 11:00:00 GMT\r\n") == 0s);
    CHECK(retry_after("Retry-After: soon\r\n") == std::nullopt);
    CHECK(retry_after("Retry-After: -5\r\n") == std::nullopt);
    CHECK(retry_after("") == std::nullopt);
    CHECK(query_error(http_answer("503 Service Unavailable", "", "Retry-After: 7\r\n")).retry_after == 7s);
}

TEST_CASE("hints contain the remedy for an operator") {
    CHECK(has(query_error(http_answer("401 Unauthorized", "")).hint, "api_key_file"));
    CHECK(has(query_error(http_answer("403 Forbidden", R"({"message":"Forbidden"})")).hint, "api_key_file"));
    CHECK(has(query_error(http_answer("403 Forbidden", "<html>")).hint, "firewall"));
    CHECK(has(query_error(http_answer("403 Forbidden", R"({"message":"Missing Authentication Token"})")).hint,
              "base_url"));
    CHECK(has(query_error(http_answer("404 Not Found", "")).hint, "base_url"));
    CHECK(has(query_error(http_answer("301 Moved", "", "Location: https://x/\r\n")).hint, "redirects"));
    CHECK(has(query_error(http_ok("<html>")).hint, "base_url"));
}

TEST_CASE("the portal's own message is included, redacted") {
    const Error error = query_error(http_answer(
        "400 Bad Request",
        R"({"isSuccess":false,"responseStatus":{"errorCode":"InvalidOperator","message":"invalid query for Maria Lopez"}})"));
    CHECK(error.subject == "HTTP 400 Bad Request: InvalidOperator: invalid query for xxxxx xxxxx");
    const Error gateway = query_error(http_answer("403 Forbidden", R"({"message":"Forbidden"})"));
    CHECK(gateway.subject == "HTTP 403 Forbidden: Forbidden");
}

TEST_CASE("200 with isSuccess:false, in both spellings, is refused by its ErrorCode") {
    const auto said = [](const char* body) { return query_error(http_ok(body)); };
    const Error camel = said(
        R"({"isSuccess":false,"responseStatus":{"errorCode":"ValidationException","message":"$or is not allowed"}})");
    CHECK(camel.code == ErrorCode::refused);
    CHECK(has(camel.subject, "ValidationException: $or is not allowed"));
    CHECK(said(R"({"IsSuccess":false,"ResponseStatus":{"ErrorCode":"X"},"Data":[]})").code ==
          ErrorCode::refused);
    CHECK(said(R"({"isSuccess":false,"responseStatus":{"errorCode":"Unauthorized"}})").code ==
          ErrorCode::key_refused);
    CHECK(said(R"({"isSuccess":false,"responseStatus":{"errorCode":"TooManyRequests"}})").code ==
          ErrorCode::rate_limited);
    CHECK(said(R"({"isSuccess":false})").code == ErrorCode::refused);
    const std::string long_one = R"({"isSuccess":false,"responseStatus":{"errorCode":"X","stackTrace":")" +
                                 std::string(100'000, 's') + "\"}}";
    CHECK(query_error(http_ok(long_one)).code == ErrorCode::refused);
}

TEST_CASE("anything but the envelope is a bad response, its beginning redacted") {
    const auto said = [](const std::string& body) { return query_error(http_ok(body)); };
    for (const std::string& body :
         {std::string(""), std::string(" \n"),
          std::string("<html><body><h1>Welcome, Maria Lopez</h1></body></html>"), std::string("[]"),
          std::string("null"), std::string("{}"), envelope("[]") + "x",
          envelope("[" + record_text("65f35b06e30c8a2e4578d118")),
          envelope("[{\"childName\":\"Maria Lopez\"").substr(1), std::string("\xff\xfe{}")}) {
        INFO(body);
        const Error error = said(body);
        CHECK(error.code == ErrorCode::bad_response);
        CHECK_FALSE(has(error.message(), "Maria"));
        CHECK_FALSE(has(error.message(), "Lopez"));
        CHECK_FALSE(has(error.message(), "65f35b"));
    }
    const Error html =
        query_error(http_ok("<html><h1>Sign in</h1>", "Content-Type: text/html; charset=utf-8\r\n"));
    CHECK(has(html.subject, "html"));
    CHECK(has(html.subject, "<h1>"));
    CHECK(has(said(envelope("[")).subject, R"(it starts with {"isSuccess":true)"));
}

TEST_CASE("a huge, deeply nested or binary refusal is handled") {
    CHECK(code_of("500 Internal Server Error", std::string(1'000'000, '[')) == ErrorCode::server_failed);
    CHECK(code_of("400 Bad Request", std::string(60'000, '[')) == ErrorCode::refused);
    CHECK(code_of("400 Bad Request", R"({"message":{"a":[1]},"responseStatus":[1,2]})") ==
          ErrorCode::refused);
    const Error error =
        query_error(http_answer("500 Internal Server Error", std::string("\0\x1b[31m\x7f\xff", 8)));
    for (const char c : error.subject)
        CHECK((c >= 0x20 && c < 0x7f));
    CHECK(query_error(http_answer("500 X", std::string(5000, '"'))).subject.size() < 260);
}

TEST_CASE("a response over the limit is too large, plain and inflated; a broken one is not") {
    const std::string big = envelope("[\"" + std::string(33 << 20, 'a') + "\"]");
    CHECK(query_error(http_ok(big)).code == ErrorCode::too_large);
    CHECK(query_error(http_ok(gzip(big), "Content-Encoding: gzip\r\n")).code == ErrorCode::too_large);
    const std::string wire = gzip(envelope("[]"));
    CHECK(query_error(http_ok(wire.substr(0, wire.size() - 3), "Content-Encoding: gzip\r\n")).code ==
          ErrorCode::bad_response);
}

TEST_CASE("no server: unreachable, with operation and address") {
    ScriptedPortal scripted("");
    scripted.server.stop_listening();
    const auto page = scripted.query();
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().code == ErrorCode::unreachable);
    CHECK(page.error().operation == "query claim_attendance");
    CHECK(has(page.error().subject, std::to_string(scripted.server.port())));
}

TEST_CASE("a portal that never responds is timed out; a canceled query is reported as such") {
    boost::asio::io_context io;
    EdgeClock clock(io);
    ScriptedServer server(io, [](Peer& peer) -> Task<> { co_await peer.wait_closed(); });
    HttpPortalSettings settings = portal_settings("http://127.0.0.1:" + std::to_string(server.port()));
    const StreamSpec spec = claim_attendance();
    const Query query{.spec = &spec};
    settings.timeout = 50ms;
    const auto hasty = HttpPortal::create(clock, settings);
    const auto page = run(io, (*hasty)->query(query));
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().code == ErrorCode::timed_out);

    settings.timeout = 1h;
    const auto patient = HttpPortal::create(clock, settings);
    boost::asio::cancellation_signal cancel;
    std::optional<ErrorCode> code;
    boost::asio::co_spawn(
        io, (*patient)->query(query),
        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<PagePtr> outcome) {
            if (!outcome) code = outcome.error().code;
            io.stop();
        }));
    io.restart();
    while (server.connections() < 2)
        io.run_one();
    io.poll();
    cancel.emit(boost::asio::cancellation_type::terminal);
    io.run();
    REQUIRE(code.has_value());
    CHECK(*code == ErrorCode::canceled);
}

}  // namespace carecloud
