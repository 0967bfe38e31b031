#include "runtime/error_fold.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

MonoTime at(Duration since) {
    return {since};
}

}  // namespace

TEST_CASE("the first error is reported immediately, its repetitions once per interval with their number") {
    ErrorFold fold(5min);
    REQUIRE(fold.failed("query", ErrorCode::unreachable, at(0s)));
    for (int second = 1; second < 300; ++second) {
        CHECK_FALSE(fold.failed("query", ErrorCode::unreachable, at(std::chrono::seconds{second})));
    }
    const auto line = fold.failed("query", ErrorCode::unreachable, at(300s));
    REQUIRE(line);
    CHECK(line->count == 300);
    CHECK_FALSE(fold.failed("query", ErrorCode::unreachable, at(599s)));
    CHECK(fold.failed("query", ErrorCode::unreachable, at(600s))->count == 2);
}

TEST_CASE("another code or another operation is reported immediately") {
    ErrorFold fold(5min);
    CHECK(fold.failed("query a", ErrorCode::unreachable, at(0s))->count == 1);
    CHECK(fold.failed("query a", ErrorCode::timed_out, at(1s))->count == 1);
    CHECK(fold.failed("query b", ErrorCode::unreachable, at(2s))->count == 1);
    CHECK_FALSE(fold.failed("query a", ErrorCode::unreachable, at(3s)));
    CHECK_FALSE(fold.failed("query a", ErrorCode::timed_out, at(4s)));
}

TEST_CASE("the end of an outage is reported once, with its duration and all its failures") {
    ErrorFold fold(5min);
    CHECK_FALSE(fold.succeeded("query", at(0s)));
    fold.failed("query", ErrorCode::unreachable, at(10s));
    fold.failed("query", ErrorCode::timed_out, at(20s));
    fold.failed("query", ErrorCode::timed_out, at(30s));
    const auto end = fold.succeeded("query", at(70s));
    REQUIRE(end);
    CHECK(end->failures == 3);
    CHECK(end->lasted == 60s);
    CHECK_FALSE(fold.succeeded("query", at(80s)));
    CHECK(fold.failed("query", ErrorCode::unreachable, at(90s))->count == 1);
}

TEST_CASE("the memory is limited, and the oldest entry is forgotten first") {
    ErrorFold fold(5min);
    for (std::size_t i = 0; i <= ErrorFold::kOperationsMax; ++i) {
        fold.failed("operation " + std::to_string(i), ErrorCode::refused, at(std::chrono::seconds{i}));
    }
    CHECK_FALSE(fold.succeeded("operation 0", at(1h)));
    CHECK(fold.succeeded("operation 1", at(1h)));
    CHECK(fold.succeeded("operation 256", at(1h)));
}
