// Following the changes: a page that waits, a stream of events, and many of them at once.
#include "api/change_feed.hpp"
#include "support/run_task.hpp"
#include "unit/api/api_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr const char* kModified = "2024-01-01T00:00:00Z";

// Sends a request for a page that waits; returns when it is waiting or answered.
void begin_waiting(ApiFixture& api, const std::string& target, std::optional<ServerResponse>& answer) {
    const std::size_t before = api.feed().waiting();
    api.begin(get_request(target), [&](ServerResponse got) { answer = std::move(got); });
    api.run_until([&] { return api.feed().waiting() > before || answer; });
}

ServerResponse stream(ApiFixture& api, const std::string& target, std::vector<HttpHeader> headers = {}) {
    headers.emplace_back("Accept", "text/event-stream");
    return api.get(target, std::move(headers));
}

// The next piece of a stream; std::nullopt: its end.
std::optional<std::string> piece_of(ApiFixture& api, const ServerResponse& answer) {
    std::optional<std::optional<std::string>> piece;
    boost::asio::co_spawn(api.io(), answer.more(),
                          [&](const std::exception_ptr& thrown, std::optional<std::string> got) {
                              if (thrown) std::rethrow_exception(thrown);
                              piece.emplace(std::move(got));
                          });
    api.run_until([&] { return piece.has_value(); });
    return *piece;
}

std::size_t events_in(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("event: change\n", at)) != std::string::npos; ++at)
        ++count;
    return count;
}

}  // namespace

TEST_CASE("a waiting page is sent within 50 ms of the next commit") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    // The best of several attempts: the machine may be busy.
    constexpr auto soon = std::chrono::milliseconds(50);
    auto best = SteadyClock::duration::max();
    for (int seq = 1; seq <= 5 || (best >= soon && seq <= 30); ++seq) {
        std::optional<ServerResponse> answer;
        begin_waiting(api, "/v1/changes?wait=30s&since=" + std::to_string(seq), answer);
        REQUIRE_FALSE(answer);
        const std::string id = "b" + std::to_string(seq);
        api.commit({{.id = id, .modified = kModified}});
        const auto committed = SteadyClock::now();
        api.run_until([&] { return answer.has_value(); });
        best = std::min(best, SteadyClock::now() - committed);
        CHECK(json_of(*answer).at("next") == seq + 1);
        CHECK(json_of(*answer).at("changes")[0].at("id") == id);
        CHECK(api.feed().waiting() == 0);
    }
    CHECK(best < soon);
}

TEST_CASE("a page does not wait for existing changes, nor beyond its timeout") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    CHECK(json_of(api.get("/v1/changes?since=0&wait=60s")).at("next") == 1);
    const auto begun = SteadyClock::now();
    const json page = json_of(api.get("/v1/changes?since=1&wait=50ms"));
    CHECK(SteadyClock::now() - begun >= std::chrono::milliseconds(50));
    CHECK(page.at("changes").empty());
    CHECK(page.at("next") == 1);
    CHECK(problem_in(api.get("/v1/changes?since=2&wait=60s")) == "410 generation_changed");
    for (const char* wrong : {"61s", "2m", "-1", "1h", "forever", "", "99999999999999999999s"})
        CHECK(problem_in(api.get(std::string("/v1/changes?wait=") + wrong)) == "400 bad_parameter");
}

TEST_CASE("above a pruned log a page waits instead of polling repeatedly") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}, {.id = "b", .modified = kModified}});
    api.sql("DELETE FROM changes");
    CHECK(json_of(api.get("/v1/changes?since=1&wait=50ms")).at("changes").empty());
    std::optional<ServerResponse> answer;
    begin_waiting(api, "/v1/changes?since=1&wait=30s", answer);
    REQUIRE_FALSE(answer);
    api.commit({{.id = "c", .modified = kModified}});
    api.run_until([&] { return answer.has_value(); });
    CHECK(json_of(*answer).at("next") == 3);
}

TEST_CASE("a change announced between the check and the wait is not missed") {
    ApiFixture api;
    api.feed().announce(7);
    const auto until = MonoTime{Clock::never};
    CHECK(run_task(api.io(), api.feed().wait_beyond(6, until)));
    std::optional<bool> woken;
    boost::asio::co_spawn(api.io(), api.feed().wait_beyond(7, until),
                          [&](const std::exception_ptr&, bool more) { woken = more; });
    api.io().restart();
    api.io().poll();
    CHECK_FALSE(woken);
    api.feed().announce(7);  // again: nothing new
    api.io().poll();
    CHECK_FALSE(woken);
    api.feed().announce(8);
    api.run_until([&] { return woken.has_value(); });
    CHECK(*woken);
}

TEST_CASE("after a failover that lost changes, clients wait for the numbers that were lost") {
    ApiFixture api;
    api.feed().announce(7);
    api.feed().announce(5);
    std::optional<bool> woken;
    boost::asio::co_spawn(api.io(), api.feed().wait_beyond(5, Clock::never),
                          [&](const std::exception_ptr&, bool more) { woken = more; });
    api.io().restart();
    api.io().poll();
    CHECK_FALSE(woken);
    api.feed().announce(6);
    api.run_until([&] { return woken.has_value(); });
    CHECK(*woken);
}

TEST_CASE("a canceled waiter is forgotten") {
    ApiFixture api;
    boost::asio::cancellation_signal cancel;
    bool thrown = false;
    boost::asio::co_spawn(
        api.io(), api.feed().wait_beyond(0, Clock::never),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](const std::exception_ptr& failure, bool) { thrown = failure != nullptr; }));
    api.run_until([&] { return api.feed().waiting() == 1; });
    cancel.emit(boost::asio::cancellation_type::terminal);
    api.run_until([&] { return thrown; });
    CHECK(api.feed().waiting() == 0);
    api.feed().announce(1);
}

TEST_CASE("a thousand clients wait, one more is refused, and all are woken by one commit") {
    ApiFixture api;
    std::size_t answered = 0;
    for (int i = 0; i < 1000; ++i) {
        api.begin(get_request("/v1/changes?since=0&wait=60s"), [&](const ServerResponse& answer) {
            CHECK(json_of(answer).at("next") == 1);
            ++answered;
        });
    }
    api.run_until([&] { return api.feed().waiting() == 1000; });
    CHECK(problem_in(api.get("/v1/changes?since=0&wait=1s")) == "503 too_many_waiting");
    CHECK(problem_in(stream(api, "/v1/changes")) == "503 too_many_waiting");
    CHECK(api.get("/v1/changes?since=0").status == 200);
    api.commit({{.id = "a", .modified = kModified}});
    api.run_until([&] { return answered == 1000; });
    CHECK(api.feed().waiting() == 0);
}

TEST_CASE("when the service stops, waiting requests get an empty page, and streams end") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    std::optional<ServerResponse> answer;
    begin_waiting(api, "/v1/changes?since=1&wait=60s", answer);
    const ServerResponse follower = stream(api, "/v1/changes?since=1");
    CHECK(piece_of(api, follower) == "retry: 2000\n\n");
    api.feed().close();
    api.run_until([&] { return answer.has_value(); });
    CHECK(json_of(*answer).at("changes").empty());
    CHECK_FALSE(piece_of(api, follower));
    CHECK(api.get("/v1/changes?since=1&wait=60s").status == 200);
}

TEST_CASE("a stream has every change once, in order, and resumes from its last id") {
    ApiFixture api;
    std::vector<TestRecord> many;
    for (int i = 0; i < 1200; ++i)
        many.push_back({.id = "r" + std::to_string(i), .modified = kModified});
    api.commit(many);
    const ServerResponse answer = stream(api, "/v1/changes?since=0");
    CHECK(answer.status == 200);
    CHECK(header_of(answer, "Content-Type") == "text/event-stream");
    CHECK(piece_of(api, answer) == "retry: 2000\n\n");
    std::string all;
    while (events_in(all) < 1200)
        all += piece_of(api, answer).value();
    const std::string generation = api.store().generation();
    std::size_t at = 0;
    for (int i = 1; i <= 1200; ++i) {
        const std::string id = "id: " + generation + ":" + std::to_string(i) +
                               "\nevent: change\ndata: {\"seq\":" + std::to_string(i) + ",";
        const std::size_t found = all.find(id, at);
        REQUIRE(found != std::string::npos);
        at = found + 1;
    }
    api.commit({{.id = "x", .modified = kModified}});
    const std::string next = piece_of(api, answer).value();
    CHECK(events_in(next) == 1);
    CHECK(next.ends_with("}\n\n"));

    const ServerResponse again =
        stream(api, "/v1/changes?since=0", {{"Last-Event-ID", generation + ":1200"}});
    CHECK(piece_of(api, again) == "retry: 2000\n\n");
    CHECK(piece_of(api, again) == next);
    CHECK(problem_in(stream(api, "/v1/changes", {{"Last-Event-ID", "other:1"}})) == "410 generation_changed");
    CHECK(problem_in(stream(api, "/v1/changes", {{"Last-Event-ID", generation + ":1202"}})) ==
          "410 generation_changed");
    for (const char* wrong : {"x", ":1", "g:", "g:1x", "g:-1", "g:9223372036854775808"})
        CHECK(problem_in(stream(api, "/v1/changes", {{"Last-Event-ID", wrong}})) == "400 bad_parameter");
}

TEST_CASE("a page waits for less than the usual 60 s of proxies, whatever was requested") {
    CHECK(wait_for_proxies(std::chrono::seconds(60)) < std::chrono::seconds(55));
    CHECK(wait_for_proxies(std::chrono::seconds(60)) >= std::chrono::seconds(45));
    CHECK(wait_for_proxies(std::chrono::milliseconds(50)) == std::chrono::milliseconds(50));
    CHECK(wait_for_proxies(Duration{}) == Duration{});
}

TEST_CASE("a stream disables the buffering of nginx") {
    ApiFixture api;
    CHECK(header_of(stream(api, "/v1/changes"), "X-Accel-Buffering") == "no");
    CHECK(header_of(api.get("/v1/changes"), "X-Accel-Buffering").empty());
}

TEST_CASE(
    "a stream that begins while the store is unreadable is not a 503, and ends, so browsers reconnect") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    api.sql("ALTER TABLE changes RENAME TO away");
    CHECK(api.get("/v1/changes?since=0").status == 503);
    const ServerResponse unreadable = stream(api, "/v1/changes?since=0");
    CHECK(unreadable.status == 200);
    CHECK(piece_of(api, unreadable) == "retry: 2000\n\n");
    CHECK_FALSE(piece_of(api, unreadable));

    const ServerResponse begun = stream(api, "/v1/changes?since=0");
    const ServerResponse beyond = stream(api, "/v1/changes?since=7");
    api.sql("ALTER TABLE away RENAME TO changes");
    CHECK(piece_of(api, begun) == "retry: 2000\n\n");
    CHECK(events_in(piece_of(api, begun).value()) == 1);
    CHECK(piece_of(api, beyond) == "retry: 2000\n\n");
    CHECK_FALSE(piece_of(api, beyond));  // when it reconnects, it gets the 410
}

TEST_CASE("a stream ends if the store's generation changes") {
    ApiFixture api;
    const ServerResponse answer = stream(api, "/v1/changes");
    CHECK(piece_of(api, answer) == "retry: 2000\n\n");
    api.sql("UPDATE meta SET value = 'restored' WHERE name = 'generation'");
    CHECK_FALSE(piece_of(api, answer));
}

TEST_CASE("a stream counts as a follower for as long as it exists, even while nothing is sent") {
    ApiFixture api;
    {
        const ServerResponse answer = stream(api, "/v1/changes");
        CHECK(api.feed().followers() == 1);
        CHECK(piece_of(api, answer) == "retry: 2000\n\n");
        CHECK(api.feed().followers() == 1);
        CHECK(api.feed().waiting() == 0);
    }
    CHECK(api.feed().followers() == 0);
    CHECK(api.get("/v1/changes?wait=1ms").status == 200);
    CHECK(api.feed().followers() == 0);
}
