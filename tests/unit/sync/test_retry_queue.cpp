#include "engine_world.hpp"

#include <memory>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const std::string kInvalid = "00000000000000000000aaaa";

struct RetryQueueWorld : EngineWorld {
    using Came = std::shared_ptr<std::optional<Result<RetryReport>>>;

    // A stream that has reached its end, with ten records and one that cannot be parsed.
    RetryQueueWorld() {
        put_many(1, 10, 1, kOld);
        put_raw(R"("modified":"yesterday","childName":"Ann")");
        start();
        REQUIRE(clock.run_until([&] { return !recorder.passes.empty(); }));
        REQUIRE(tables().quarantine.size() == 1);
    }
    void put_raw(const std::string& rest) {
        REQUIRE(model.put(
            kEntity, R"({"_id":")" + kInvalid + R"(","workspace_id":"w","bucket_id":"b",)" + rest + "}"));
    }
    Came begin(RetryRequest request) {
        Came came = std::make_shared<std::optional<Result<RetryReport>>>();
        boost::asio::co_spawn(io, engine->retry_quarantined(std::move(request)),
                              [came](std::exception_ptr thrown, Result<RetryReport> report) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  *came = std::move(report);
                              });
        return came;
    }
    Result<RetryReport> retry(RetryRequest request) {
        const Came came = begin(std::move(request));
        REQUIRE(clock.run_until([&] { return came->has_value(); }));
        return **came;
    }
    static RetryRequest request(bool has_body = true) {
        return {.stream = kEntity,
                .key = {.id = kInvalid, .modified_text = "yesterday", .modified = {}},
                .has_body = has_body};
    }
};

}  // namespace

TEST_CASE(
    "retry queue: a record fixed without a new modified is stored immediately, and removed from quarantine") {
    RetryQueueWorld world;
    world.put_raw(R"("modified":"2024-01-01T00:00:00Z")");
    const std::size_t passes = world.recorder.passes.size();
    const auto came = world.retry(RetryQueueWorld::request());
    REQUIRE(came.has_value());
    CHECK(came->outcome == RetryOutcome::taken);
    CHECK(came->reason.empty());
    CHECK(world.recorder.passes.size() == passes);
    CHECK(world.tables().quarantine.empty());
    world.check_same();
    // Again: it is already there.
    const auto again = world.retry(RetryQueueWorld::request());
    REQUIRE(again.has_value());
    CHECK(again->outcome == RetryOutcome::unchanged);
}

TEST_CASE(
    "retry queue: a record that is still invalid is reported with the reason, and a denied one is removed") {
    RetryQueueWorld world;
    const auto invalid = world.retry(RetryQueueWorld::request());
    REQUIRE(invalid.has_value());
    CHECK(invalid->outcome == RetryOutcome::invalid);
    CHECK(invalid->reason.find("modified") != std::string::npos);
    REQUIRE(world.model.erase(kEntity, kInvalid));
    const auto gone = world.retry(RetryQueueWorld::request());
    REQUIRE(gone.has_value());
    CHECK(gone->outcome == RetryOutcome::not_found);
    CHECK(world.tables().quarantine.empty());
}

TEST_CASE("retry queue: an erroneously empty response is requested again (hazard 21)") {
    RetryQueueWorld world;
    world.put_raw(R"("modified":"2024-01-01T00:00:00Z")");
    std::size_t emptied = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (mentions(request, "$in") && emptied++ == 0) body = R"({"isSuccess":true,"data":[]})";
    });
    const auto came = world.retry(RetryQueueWorld::request());
    REQUIRE(came.has_value());
    CHECK(came->outcome == RetryOutcome::taken);
    CHECK(emptied == 2);
}

TEST_CASE("retry queue: a record that no response contains counts another attempt") {
    RetryQueueWorld world;
    ModelSettings narrow = world.model.settings();
    narrow.response_limit_bytes = 500;
    world.model.change_settings(narrow);
    world.put_raw(R"("modified":"2024-01-01T00:00:00Z","signature":")" + std::string(3000, 'x') + "\"");
    const auto with_body = world.retry(RetryQueueWorld::request());
    REQUIRE(with_body.has_value());
    CHECK(with_body->outcome == RetryOutcome::too_large);
    CHECK(world.tables().quarantine.begin()->second.attempts == 1);
    const auto without = world.retry(RetryQueueWorld::request(false));
    REQUIRE(without.has_value());
    CHECK(without->reason.find("cannot be fetched from the portal: ") == 0);
    CHECK(world.tables().quarantine.begin()->second.attempts == 2);
}

TEST_CASE(
    "retry queue: if the portal is slow or refuses, the caller gets the error, and the request is kept") {
    RetryQueueWorld world;
    world.put_raw(R"("modified":"2024-01-01T00:00:00Z")");
    world.portal.set_latency(30s);
    const auto slow = world.retry(RetryQueueWorld::request());
    REQUIRE_FALSE(slow.has_value());
    CHECK(slow.error().code == ErrorCode::timed_out);
    CHECK_FALSE(slow.error().hint.empty());
    REQUIRE(world.clock.run_until([&] { return world.tables().quarantine.empty(); }));

    world.portal.set_latency(20ms);
    world.portal.set_fault_hook([](const SeenRequest&) {
        return Error{
            .code = ErrorCode::key_refused, .operation = "ask", .subject = "HTTP 403", .hint = "the key"};
    });
    const auto refused = world.retry(RetryQueueWorld::request());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::key_refused);
}

TEST_CASE("retry queue: an unknown stream, and a stop during a retry") {
    RetryQueueWorld world;
    RetryRequest other = RetryQueueWorld::request();
    other.stream = "family";
    const auto none = world.retry(other);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::invalid_argument);

    world.portal.set_latency(10s);
    const auto first = world.begin(RetryQueueWorld::request());
    const auto second = world.begin(RetryQueueWorld::request());
    world.clock.run_for(1s);
    world.engine->stop();
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
    world.engine.reset();
    REQUIRE(world.clock.run_until([&] { return first->has_value() && second->has_value(); }));
    REQUIRE_FALSE((**first).has_value());
    CHECK((**first).error().code == ErrorCode::canceled);
    CHECK((**second).error().code == ErrorCode::canceled);
}
