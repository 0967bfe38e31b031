// The status page: its content in each state, the escaping of texts, and access to it.
#include "api/ui/status_page.hpp"
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const Timestamp kNow = *Timestamp::parse("2024-03-01T12:00:00Z");

bool shows(const std::string& page, const std::string& words) {
    return page.find(words) != std::string::npos;
}

StreamState state_at(const std::string& modified, const std::string& id) {
    return {.stream = "claim", .cursor = Cursor{modified, *Timestamp::parse(modified), id}};
}

PassEntry entry_of_last_pass() {
    PassEntry entry{.report = {}, .ended_at = *Timestamp::parse("2024-03-01T11:59:40Z"), .passes = 7};
    entry.report.stream = "claim";
    entry.report.summary.created = 12;
    entry.report.summary.updated = 3;
    entry.report.took = 1500ms;
    return entry;
}

// One healthy stream, 20 s after its last pass.
struct HealthyView {
    PassEntry last = entry_of_last_pass();
    StatusView view{
        .version = "1.2.3",
        .started_at = *Timestamp::parse("2024-03-01T10:00:00Z"),
        .now = kNow,
        .counts =
            StoreCounts{.newest_seq = 4711, .quarantined = 2, .requests = {.sent = 250, .reserved = 16}},
        .monthly_quota = 1000,
        .streams = {{.entity = "claim",
                     .state = state_at("2024-03-01T11:00:00Z", "65f35b06"),
                     .records = 20000,
                     .snapshot = StreamSnapshot{.in_pass = false, .until_next = 4min},
                     .last = &last}}};
};

}  // namespace

TEST_CASE("a healthy stream shows its cursor, its age, its last and next pass, and its records") {
    const HealthyView healthy;
    const std::string page = status_page(healthy.view);
    for (const char* words : {"<title>carecloud-syncd</title>", ">ok<", ">up to date<", "<dd>20,000</dd>",
                              "changed 1 h 0 min ago", "2024-03-01T11:00:00Z", "65f35b06",
                              "20 s ago, took 1.5 s", "12 new, 3 updated", "in 4 min", "4,711",
                              "750<small>250 requests sent this month, 16 reserved, of 1,000", "polling only",
                              "data-seq=\"4711\"", "started 2 h 0 min ago", "no changes"}) {
        INFO(words);
        CHECK(shows(page, words));
    }
    CHECK_FALSE(shows(page, "critical"));
    CHECK_FALSE(shows(page, "note bad"));
}

TEST_CASE("a stream whose polls are stretched by the quota shows that, and its current interval") {
    HealthyView healthy;
    healthy.view.streams[0].snapshot =
        StreamSnapshot{.until_next = 3h, .poll_every = 3h + 20min, .stretched = true};
    CHECK(shows(status_page(healthy.view),
                "in 3 h 0 min<br>polling less often because of the quota: every 3 h 20 min"));
}

TEST_CASE("a first load shows its progress and rate") {
    HealthyView healthy;
    const PassUnderWay under_way{.records = 12'000, .first_at = {1s}, .last_at = {3s}, .after_first = 11'000};
    healthy.view.streams[0] = {.entity = "claim",
                               .records = 0,
                               .snapshot = StreamSnapshot{.in_pass = true},
                               .under_way = &under_way};
    const std::string page = status_page(healthy.view);
    CHECK(shows(page, ">loading<"));
    CHECK(shows(page, "12,000 records so far, 5,500 per second"));
    CHECK(shows(page, "available after the first load"));
    CHECK(shows(page, "none completed yet"));
}

TEST_CASE("an unreachable portal, missing events, a required confirmation: each is shown with its remedy") {
    HealthyView healthy;
    healthy.last.report.error = Error{.code = ErrorCode::unreachable,
                                      .operation = "query claim",
                                      .subject = "portal.example.org: connect: refused",
                                      .hint = "look at the network"};
    healthy.view.reasons = {{.state = ServiceState::critical,
                             .text = "receives almost no events (push silent)",
                             .remedy = "subscribe again",
                             .stream = "claim",
                             .since = *Timestamp::parse("2024-03-01T11:00:00Z")},
                            {.state = ServiceState::warning, .text = "the certificate ends", .since = kNow}};
    healthy.view.passes = {{.kind = JobKind::reconcile,
                            .stream = "claim",
                            .status = JobStatus::awaiting_confirmation,
                            .records = 2000,
                            .expected = 2000,
                            .gone = 400,
                            .error = "400 of 2000 records no longer exist at the portal",
                            .hint = "carecloudctl reconcile claim --confirm-deletes"}};
    healthy.view.subscriptions = {{.topic_arn = "arn:aws:sns:us-west-2:123456789012:carecloud",
                                   .state = SubscriptionState::gone,
                                   .changed_at = "2024-03-01T11:00:00Z"},
                                  {.topic_arn = "arn:aws:sns:us-west-2:123456789012:other"}};
    const std::string page = status_page(healthy.view);
    for (const char* words :
         {"<title>! carecloud-syncd</title>", "bad\">critical<", ">waiting<",
          "portal.example.org: connect: refused", "look at the network",
          "claim receives almost no events (push silent)", "detected 1 h 0 min ago", "subscribe again",
          "warn\">warning<", ">awaiting_confirmation</span> reconcile of claim",
          "2,000 records read of 2,000", "400 deleted at the portal", "--confirm-deletes",
          "gone<small>carecloud</small>", "none yet<small>other</small>"}) {
        INFO(words);
        CHECK(shows(page, words));
    }
}

TEST_CASE("warning and critical look different even without color, and a stream's light shows its state") {
    const std::string css = ApiFixture().get("/page.css").body;
    for (const char* rule :
         {".pill.warn::before", ".pill.bad::before", ".pill.good::before", ".pill.bad { outline"})
        CHECK(shows(css, rule));
    HealthyView healthy;
    healthy.last.report.error =
        Error{.code = ErrorCode::unreachable, .operation = "query claim", .subject = "refused", .hint = {}};
    std::string page = status_page(healthy.view);
    CHECK(shows(page, "warn\">waiting<"));
    CHECK(shows(page, "note warn"));
    healthy.view.reasons = {{.state = ServiceState::critical, .text = "waiting: refused", .stream = "claim"}};
    page = status_page(healthy.view);
    CHECK(shows(page, "bad\">waiting<"));
    CHECK(shows(page, "note bad"));
}

TEST_CASE("an unreadable store is shown as such, together with the rest") {
    HealthyView healthy;
    healthy.view.counts =
        Error{.code = ErrorCode::store_busy, .operation = "read", .subject = "locked", .hint = {}};
    const std::string page = status_page(healthy.view);
    CHECK(shows(page, "Cannot read the store: "));
    CHECK(shows(page, "12 new, 3 updated"));
}

TEST_CASE("external values are shown as text everywhere") {
    const std::string evil = "<script>alert(1)</script>\"'&@MAIN@\x01\xff";
    CHECK(html(evil) ==
          "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;@MAIN@\xEF\xBF\xBD\xEF\xBF\xBD");
    HealthyView healthy;
    StreamView& stream = healthy.view.streams[0];
    stream.entity = evil;
    stream.state->cursor->id = evil;
    stream.state->cursor->modified_text = evil;
    healthy.last.report.error =
        Error{.code = ErrorCode::refused, .operation = evil, .subject = evil, .hint = evil};
    healthy.view.reasons = {{.text = evil, .remedy = evil, .stream = evil}};
    healthy.view.version = evil;
    healthy.view.passes = {{.stream = evil, .error = evil, .hint = evil}};
    healthy.view.subscriptions = {{.topic_arn = evil, .changed_at = evil}};
    std::string page = status_page(healthy.view);
    CHECK_FALSE(shows(page, "<script>"));
    CHECK_FALSE(shows(page, "\x01"));
    CHECK(shows(page, "&lt;script&gt;"));
    healthy.view.counts =
        Error{.code = ErrorCode::store_failed, .operation = evil, .subject = evil, .hint = evil};
    page = status_page(healthy.view);
    CHECK_FALSE(shows(page, "<script>"));
    // Nothing inline: the policy would block it.
    CHECK_FALSE(shows(page, "style="));
    CHECK_FALSE(shows(page, "<style"));
    CHECK_FALSE(shows(page, " onclick"));
}

TEST_CASE("the history keeps a day of quarters, and forgets older ones") {
    DayHistory day;
    const auto at = [](Duration span) { return MonoTime{span}; };
    day.count_changes(5, at(1min));
    day.count_event(at(16min));
    day.count_pass(true, at(16min));
    day.count_pass(false, at(17min));
    auto quarters = day.last(at(20min));
    CHECK(quarters[95].events == 1);
    CHECK(quarters[95].passes == 2);
    CHECK(quarters[95].failed == 1);
    CHECK(quarters[94].changes == 5);
    quarters = day.last(at(24h + 1min));
    CHECK(quarters[0].events == 1);
    for (const DayHistory::Quarter& quarter : quarters)
        CHECK(quarter.changes == 0);
    day.count_changes(1, at(72h));
    quarters = day.last(at(72h));
    std::uint64_t sum = 0;
    for (const DayHistory::Quarter& quarter : quarters)
        sum += quarter.changes + quarter.events + quarter.passes;
    CHECK(sum == 1);
}

TEST_CASE("the page and its files are served with a policy that blocks external content") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    struct Served {
        const char* target;
        const char* type;
    };
    for (const Served& one : {Served{"/", "text/html; charset=utf-8"},
                              {"/page.css", "text/css; charset=utf-8"},
                              {"/page.js", "text/javascript; charset=utf-8"},
                              {"/icon.svg", "image/svg+xml"}}) {
        INFO(one.target);
        const ServerResponse answer = api.get(one.target);
        CHECK(answer.status == 200);
        CHECK(header_of(answer, "Content-Type") == one.type);
        const std::string policy = header_of(answer, "Content-Security-Policy");
        CHECK(policy.starts_with("default-src 'none'; "));
        CHECK_FALSE(shows(policy, "unsafe"));
        CHECK(header_of(answer, "X-Content-Type-Options") == "nosniff");
        CHECK(answer.body.size() > 100);
        CHECK_FALSE(shows(answer.body, "https://"));
    }
    const std::string page = api.get("/").body;
    CHECK(shows(page, "<h2>claim_attendance</h2>"));
    CHECK(shows(page, "data-seq=\"1\""));
    CHECK(problem_in(api.get("/?x=1")) == "400 bad_parameter");
}

TEST_CASE("a browser may send the token as a password, and pages of other sites cannot use that") {
    ApiFixture api({.token = "correct horse", .unix_socket = false});
    const std::string basic = "Basic OmNvcnJlY3QgaG9yc2U=";      // ":correct horse"
    const std::string named = "Basic YW5uZTpjb3JyZWN0IGhvcnNl";  // "anne:correct horse"
    const std::string host = "sync.example.org:8461";
    const auto page = [&](std::vector<HttpHeader> headers) {
        headers.emplace_back("Host", host);
        return api.get("/", std::move(headers)).status;
    };
    CHECK(page({{"Authorization", basic}}) == 200);
    CHECK(page({{"Authorization", named}}) == 200);
    CHECK(page({{"Authorization", basic}, {"Origin", "http://" + host}}) == 200);
    CHECK(page({{"Authorization", basic}, {"Sec-Fetch-Site", "same-origin"}}) == 200);
    CHECK(page({{"Authorization", basic}, {"Origin", "https://evil.example"}}) == 401);
    CHECK(page({{"Authorization", basic}, {"Origin", "null"}}) == 401);
    CHECK(page({{"Authorization", basic}, {"Sec-Fetch-Site", "cross-site"}}) == 401);
    CHECK(page({{"Authorization", "Basic OmNvcnJlY3QgaG9yc2Y="}}) == 401);
    CHECK(page({{"Authorization", "Basic !!!!"}}) == 401);
    CHECK(page({{"Authorization", "Basic"}}) == 401);
    CHECK(api.get("/page.css").status == 200);
    const ServerResponse asked = api.get("/", {{"Accept", "text/html"}});
    CHECK(asked.status == 401);
    bool challenged = false;
    for (const auto& [name, value] : asked.headers)
        challenged = challenged || value.starts_with("Basic ");
    CHECK(challenged);
}
