// Following the changes: a page that waits, and many of them at once.
#include "support/run_task.hpp"
#include "unit/api/api_fixture.hpp"

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

// Begins a page that waits, until it waits.
void begin_waiting(ApiFixture& api, const std::string& target, std::optional<ServerResponse>& answer) {
    const std::size_t before = api.feed().waiting();
    api.begin(get_request(target), [&](ServerResponse got) { answer = std::move(got); });
    api.run_until([&] { return api.feed().waiting() > before || answer; });
}

}  // namespace

TEST_CASE("a page that waits comes with the next commit") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    std::optional<ServerResponse> answer;
    begin_waiting(api, "/v1/changes?since=1&wait=30s", answer);
    REQUIRE_FALSE(answer);
    api.commit({{.id = "b", .modified = kModified}});
    api.run_until([&] { return answer.has_value(); });
    CHECK(json_of(*answer).at("next") == 2);
    CHECK(json_of(*answer).at("changes")[0].at("id") == "b");
    CHECK(api.feed().waiting() == 0);
}

TEST_CASE("a page waits for nothing that is there, and not beyond its time") {
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

TEST_CASE("above a log that was pruned a page waits, rather than look again and again") {
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

TEST_CASE("a change that is announced between the look and the wait is not slept through") {
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

TEST_CASE("a waiter that is cancelled is forgotten") {
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

TEST_CASE("a thousand wait, one more is told so, and all are woken by one commit") {
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
    CHECK(api.get("/v1/changes?since=0").status == 200);
    api.commit({{.id = "a", .modified = kModified}});
    api.run_until([&] { return answered == 1000; });
    CHECK(api.feed().waiting() == 0);
}

TEST_CASE("when the service stops, those that wait get their empty page") {
    ApiFixture api;
    api.commit({{.id = "a", .modified = kModified}});
    std::optional<ServerResponse> answer;
    begin_waiting(api, "/v1/changes?since=1&wait=60s", answer);
    api.feed().close();
    api.run_until([&] { return answer.has_value(); });
    CHECK(json_of(*answer).at("changes").empty());
    CHECK(api.get("/v1/changes?since=1&wait=60s").status == 200);
}
