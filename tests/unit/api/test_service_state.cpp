// What makes the service ok, warning or critical, and the texts of the reasons.
#include "support/virtual/virtual_clock.hpp"
#include "telemetry/health.hpp"
#include "telemetry/service_state.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const Timestamp kAt = *Timestamp::parse("2026-11-29T07:40:00Z");

StreamFacts healthy_stream() {
    return {.entity = "claim", .configured_every = 5min, .poll_every = 5min, .behind_for = 4min};
}

// "warning: …" for each reason, in the order of the keys.
std::vector<std::string> found_in(const ServiceFacts& facts) {
    std::vector<std::string> found;
    for (const auto& [key, reason] : judge(facts)) {
        CHECK_FALSE(reason.remedy.empty());
        found.push_back(std::string(to_string(reason.state)) + ": " + sentence(reason));
    }
    return found;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a working service is ok, without reasons") {
    ServiceFacts facts{.now = kAt,
                       .streams = {healthy_stream()},
                       .clock = ClockReport{.date = kAt, .local = kAt, .trusted = kAt},
                       .disk = DiskUse{.folder = "/var/lib", .size_bytes = 1'000'000, .free_bytes = 100'000},
                       .certificate_end = kAt + 22 * 24h};
    CHECK(found_in(facts).empty());
    CHECK(worst({}) == ServiceState::ok);
    CHECK(status_line({}, kAt) == "ok");
}

TEST_CASE("a stream is behind after three polls at the current interval, unless another reason explains it") {
    ServiceFacts facts{.now = kAt, .streams = {healthy_stream()}};
    StreamFacts& stream = facts.streams[0];
    stream.behind_for = 15min;
    CHECK(found_in(facts).empty());
    stream.behind_for = 15min + 1s;
    CHECK(found_in(facts) ==
          Words{"warning: claim is behind: no pass has completed for three polls or longer"});
    CHECK(judge(facts).begin()->second.since == Timestamp{kAt.ticks - 901 * Timestamp::ticks_per_second});
    stream.last_error = Error{
        .code = ErrorCode::server_failed, .operation = "query claim", .subject = "HTTP 503", .hint = {}};
    CHECK(found_in(facts) == Words{"warning: claim is behind: HTTP 503 (server_failed)"});
    stream.explained = true;
    CHECK(found_in(facts).empty());
    stream.explained = false;
    stream.poll_every = 3h;
    CHECK(found_in(facts).empty());
    // With a poll per second, three seconds are not late.
    stream.poll_every = stream.configured_every = 1s;
    stream.behind_for = 15s;
    CHECK(found_in(facts).empty());
}

TEST_CASE("quota, doubts, clocks, disk and certificate are warnings, each with its remedy") {
    ServiceFacts facts{.now = kAt, .streams = {healthy_stream()}};
    facts.streams[0].stretched = true;
    facts.streams[0].poll_every = 3h + 20min;
    CHECK(found_in(facts) == Words{"warning: claim is polled every 3 h 20 min instead of every 5 min to stay "
                                   "within the monthly quota"});
    facts.streams.clear();

    facts.doubted = 1;
    CHECK(found_in(facts) == Words{"warning: 1 record is doubted: the portal returned an earlier version"});
    facts.doubted = 0;

    facts.clock = compare_clocks(std::nullopt, kAt, false);
    CHECK(found_in(facts).size() == 1);
    facts.clock.reset();

    facts.unreadable = Error{
        .code = ErrorCode::store_busy, .operation = "count", .subject = "store.db: locked", .hint = "end it"};
    CHECK(found_in(facts) == Words{"critical: cannot read the store: store.db: locked (store_busy)"});
    facts.unreadable.reset();

    facts.disk = DiskUse{.folder = "/var/lib", .size_bytes = 10'000'000'000, .free_bytes = 999'000'000};
    CHECK(found_in(facts) == Words{"warning: the store's disk has 9 % free, 952 MiB"});
    facts.disk_warning = 0.09;
    CHECK(found_in(facts).empty());
    facts.disk->free_bytes = 0;
    facts.disk_warning = 0;
    CHECK(found_in(facts).empty());
    facts.disk.reset();

    facts.certificate_end = kAt + 21 * 24h;
    CHECK(found_in(facts) ==
          Words{"warning: the SNS endpoint's certificate expires on 2026-12-20, in 21 d 0 h"});
    facts.certificate_end = kAt;
    CHECK(found_in(facts) ==
          Words{"critical: the SNS endpoint's certificate expired on 2026-11-29: no events are received"});
}

TEST_CASE("a subscription that is not confirmed is critical, with the remedy of its state") {
    const auto topic = [](const char* name, SubscriptionState state, const char* changed_at) {
        return Subscription{.topic_arn = name, .state = state, .changed_at = changed_at};
    };
    ServiceFacts facts{.now = kAt};
    facts.subscriptions = {topic("a", SubscriptionState::confirmed, "2026-11-29T07:00:00.000Z"),
                           topic("b", SubscriptionState::pending, "")};
    CHECK(found_in(facts).empty());
    facts.subscriptions = {topic("a", SubscriptionState::gone, "2026-11-29T07:00:00.000Z"),
                           topic("b", SubscriptionState::pending, "2026-11-29T07:00:00.000Z")};
    CHECK(found_in(facts) ==
          Words{"critical: the subscription of a is gone", "critical: the subscription of b is pending"});
    const ReasonMap found = judge(facts);
    CHECK(found.begin()->second.since == kAt - 40min);
    CHECK_THAT(found.begin()->second.remedy, Catch::Contains("subscribe again"));
    CHECK_THAT(found.rbegin()->second.remedy, Catch::Contains("confirmed automatically"));
    facts.confirms = false;
    CHECK_THAT(judge(facts).rbegin()->second.remedy, Catch::Contains("sns.confirm is off"));
}

TEST_CASE("after a reload, reasons of streams and topics no longer count; others keep their start") {
    boost::asio::io_context io;
    VirtualClock clock(io, kAt);
    Notify notify;
    Health health(notify, clock);
    health.degrade_stream("claim", Health::kOfPass, {.text = "is waiting"});
    health.degrade(Health::kOfEvents, {.text = "events cannot be stored"});
    const auto observe = [&] {
        health.observe({{"disk", {.state = ServiceState::warning, .text = "the disk is full"}},
                        {std::string(kOfSubscriptions) + "a", {.text = "the subscription of a is gone"}}});
    };
    observe();
    CHECK(health.reasons().size() == 4);
    clock.run_for(10min);
    health.forget_configured();
    REQUIRE(health.reasons().size() == 1);
    CHECK(worst(health.reasons()) == ServiceState::warning);
    observe();
    for (const Reason& reason : health.reasons())
        CHECK(reason.since == (reason.state == ServiceState::warning ? kAt : kAt + 10min));
}

TEST_CASE("a failed pass is critical if the error does not end automatically") {
    Error error{.code = ErrorCode::unreachable, .operation = {}, .subject = {}, .hint = {}};
    CHECK_FALSE(is_critical(error));
    error.retry_after = 60s;
    CHECK_FALSE(is_critical(error));
    error.retry_after = 61s;
    CHECK(is_critical(error));
    error.retry_after.reset();
    for (const ErrorCode code :
         {ErrorCode::timed_out, ErrorCode::server_failed, ErrorCode::rate_limited, ErrorCode::bad_response}) {
        error.code = code;
        CHECK_FALSE(is_critical(error));
    }
    for (const ErrorCode code : {ErrorCode::key_refused, ErrorCode::tls_failed, ErrorCode::quota_exhausted,
                                 ErrorCode::store_full, ErrorCode::store_corrupt}) {
        error.code = code;
        CHECK(is_critical(error));
    }
}

TEST_CASE("the worst reason decides, and the status line contains each once, with its duration and remedy") {
    const Timestamp earlier{kAt.ticks - 12'000 * Timestamp::ticks_per_second};
    const Error refused{.code = ErrorCode::key_refused,
                        .operation = "query claim",
                        .subject = "HTTP 403",
                        .hint = "check portal.api_key_file"};
    Reason first = reason_of("waiting: ", refused);
    first.stream = "claim";
    first.since = earlier;
    Reason second = first;
    second.stream = "provider";
    second.since = kAt;
    const Reason third{
        .state = ServiceState::warning, .text = "the disk", .remedy = "make room", .since = kAt};
    CHECK(worst({third}) == ServiceState::warning);
    CHECK(worst({third, first}) == ServiceState::critical);
    CHECK(sentence_with_remedy(first) == "claim waiting: HTTP 403 (key_refused); check portal.api_key_file");
    CHECK(status_line({first, second, third}, kAt) ==
          "critical: claim, provider waiting: HTTP 403 (key_refused), for 3 h 20 min; remedy: check "
          "portal.api_key_file | warning: the disk, for 0 s; remedy: make room");
}
