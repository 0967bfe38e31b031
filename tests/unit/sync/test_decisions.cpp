// The engine's pure decisions: retries, pauses, the quota's stretch, progress.
#include "sync/limits/retry.hpp"
#include "sync/walk/progress.hpp"
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

Cursor cursor(const char* modified, const char* id) {
    return {modified, at(modified), id};
}

constexpr const char* kNoon = "2024-03-10T12:00:00.0000000Z";
constexpr const char* kOne = "2024-03-10T13:00:00.0000000Z";

}  // namespace

TEST_CASE("each refusal has its own reaction (hazards 8 to 11)") {
    CHECK(decide_retry(ErrorCode::too_large, {.failures = 1, .take = 1000}).action == RetryAction::shrink);
    CHECK_FALSE(decide_retry(ErrorCode::too_large, {.failures = 1, .take = 1000}).pause);
    CHECK(decide_retry(ErrorCode::too_large, {.failures = 9, .take = 1, .alone = 1}).action ==
          RetryAction::again);
    CHECK(decide_retry(ErrorCode::too_large, {.failures = 12, .take = 1, .alone = 4}).action ==
          RetryAction::give_up);
    CHECK(decide_retry(ErrorCode::server_failed, {.failures = 1, .take = 1000}).action == RetryAction::again);
    CHECK(decide_retry(ErrorCode::server_failed, {.failures = 2, .take = 1000}).action ==
          RetryAction::shrink);
    CHECK(decide_retry(ErrorCode::timed_out, {.failures = 12, .take = 1000}).action == RetryAction::give_up);
    CHECK(decide_retry(ErrorCode::bad_response, {.failures = 3, .take = 1}).action == RetryAction::again);
    CHECK(decide_retry(ErrorCode::rate_limited, {.failures = 7}).action == RetryAction::again);
    CHECK(decide_retry(ErrorCode::rate_limited, {.failures = 8}).action == RetryAction::give_up);
    CHECK(decide_retry(ErrorCode::unreachable, {.failures = 4}).action == RetryAction::give_up);
    CHECK(decide_retry(ErrorCode::key_refused, {.failures = 1}).action == RetryAction::refresh_key);
    CHECK(decide_retry(ErrorCode::key_refused, {.failures = 2, .refreshed = true}).action ==
          RetryAction::give_up);
    for (const ErrorCode code : {ErrorCode::quota_exhausted, ErrorCode::canceled, ErrorCode::tls_failed,
                                 ErrorCode::wrong_workspace, ErrorCode::store_full}) {
        CHECK(decide_retry(code, {.failures = 1, .take = 1000}).action == RetryAction::give_up);
    }
}

TEST_CASE("a size decreases from 1000 to 1 within the tolerated failures") {
    RetryState state{.take = 1000};
    while (state.take > 1) {
        ++state.failures;
        const RetryDecision decision = decide_retry(ErrorCode::timed_out, state);
        REQUIRE(decision.action != RetryAction::give_up);
        if (decision.action == RetryAction::shrink) state.take /= 2;
    }
}

TEST_CASE("half of a failed page is half of its records, and at least one record") {
    CHECK(smaller_take(1000, 0) == 500);
    CHECK(smaller_take(1000, 1) == 500);
    CHECK(smaller_take(1000, 40) == 20);
    CHECK(smaller_take(10, 40) == 5);
    CHECK(smaller_take(2, 2) == 1);
    CHECK(smaller_take(1, 0) == 1);
}

TEST_CASE("full jitter is between zero and a limit that doubles") {
    Random random(7);
    Duration most{};
    for (std::size_t failures = 0; failures < 80; ++failures) {
        for (int i = 0; i < 50; ++i) {
            const Duration pause = full_jitter(random, 1s, 60s, failures);
            CHECK(pause >= Duration::zero());
            CHECK(pause <= std::min<Duration>(60s, 1s * (1LL << std::min<std::size_t>(failures, 10))));
            most = std::max(most, pause);
        }
    }
    CHECK(most > 50s);
}

TEST_CASE("a poll's interval has a tenth of jitter") {
    Random random(7);
    for (int i = 0; i < 1'000; ++i) {
        const Duration pause = poll_pause(random, 300s);
        CHECK(pause >= 270s);
        CHECK(pause <= 330s);
    }
}

TEST_CASE("a failed stream waits as long as the error requests, but polls again within the hour") {
    Random random(7);
    Error error{.code = ErrorCode::quota_exhausted, .operation = "", .subject = "", .hint = ""};
    error.retry_after = 20min;
    CHECK(failure_pause(random, error, 1) >= 20min);
    error.retry_after = std::chrono::hours(24 * 20);
    for (std::size_t failures = 1; failures < 50; ++failures) {
        CHECK(failure_pause(random, error, failures) <= 1h);
        CHECK(failure_pause(random, error, failures) >= 1h);
    }
}

TEST_CASE("regression: the rest of a month's quota slowed down the polls of the next month") {
    const Timestamp turned = at("2024-04-01T00:00:00.025Z");
    CHECK(quota_stretch({.month = "2024-03", .count = {.sent = 9'999}, .limit = 10'000}, turned, 1.0 / 300) ==
          1.0);
}

TEST_CASE("regression: a poll slowed down by the quota slept far past the end of the month") {
    const Timestamp evening = at("2024-03-31T23:00:00Z");
    CHECK(stretched(300s, 1.0, evening) == 300s);
    CHECK(stretched(300s, 4.0, evening) == 1200s);
    CHECK(stretched(300s, 1e12, evening) == 1h + 300s);
    CHECK(stretched(24h, 1.0, evening) == 24h);
}

TEST_CASE("polls slow down so that the quota lasts to the month's end (promise 5)") {
    const Timestamp mid = at("2024-03-16T12:00:00Z");  // half of March is left
    const double one_per_5min = 1.0 / 300;             // 4,464 polls to the end
    CHECK(quota_stretch({.month = "2024-03", .count = {}, .limit = std::nullopt}, mid, one_per_5min) == 1.0);
    CHECK(quota_stretch({.month = "2024-03", .count = {}, .limit = 10'000}, mid, one_per_5min) == 1.0);
    const double stretch =
        quota_stretch({.month = "2024-03", .count = {.sent = 9'000}, .limit = 10'000}, mid, one_per_5min);
    CHECK(stretch == Approx(4'464.0 / 900).epsilon(0.01));
    CHECK(quota_stretch({.month = "2024-03", .count = {.sent = 10'000}, .limit = 10'000}, mid,
                        one_per_5min) == 1.0);
}

TEST_CASE("the cursor follows the commits, and neither it nor the safe point moves back") {
    StreamState state{.stream = "s"};
    state = advance(state, {}, {.key = cursor(kNoon, "a")}, at("2024-03-10T11:50:00Z"));
    CHECK(state.cursor == cursor(kNoon, "a"));
    CHECK(state.safe->modified == at("2024-03-10T11:50:00Z"));
    const StreamState same =
        advance(state, {}, {.key = cursor(kNoon, "A"), .end = true}, at("2024-03-10T11:40:00Z"));
    CHECK(same == state);
    const StreamState met = advance(state, {}, {.key = std::nullopt, .end = true}, at(kOne));
    CHECK(met.safe->modified_text == kNoon);
    CHECK(is_worth_a_commit(state, met));
}

TEST_CASE("an interrupted walk settles no more than it has read") {
    StreamState state{.stream = "s", .cursor = cursor(kOne, "z"), .safe = SafePoint{kNoon, at(kNoon)}};
    const StreamState part =
        advance(state, {}, {.key = cursor("2024-03-10T12:20:00.0000000Z", "m")}, at("2024-03-10T14:00:00Z"));
    CHECK(part.cursor == state.cursor);
    CHECK(part.safe->modified == at("2024-03-10T12:20:00Z"));
    // Inside the cursor's tie, but before the cursor: the texts are equal, the positions are not.
    const StreamState tie = advance(state, {}, {.key = cursor(kOne, "m")}, at("2024-03-10T14:00:00Z"));
    CHECK(tie.safe == state.safe);
}

TEST_CASE("a safe point that only advances with the clock is not stored each time") {
    StreamState before{.stream = "s", .cursor = cursor(kOne, "z"), .safe = SafePoint{kNoon, at(kNoon)}};
    StreamState after = before;
    after.safe = SafePoint{"2024-03-10T12:00:30.0000000Z", at("2024-03-10T12:00:30Z")};
    CHECK_FALSE(is_worth_a_commit(before, after));
    after.safe = SafePoint{"2024-03-10T12:01:00.0000000Z", at("2024-03-10T12:01:00Z")};
    CHECK(is_worth_a_commit(before, after));
}
