#include "base/clock.hpp"
#include "base/co_try.hpp"
#include "support/run_task.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const Error kFailure{
    .code = ErrorCode::store_busy, .operation = "count", .subject = "locked", .hint = "try again"};

// Records each step, so that the tests see how far a coroutine got.
struct Steps {
    std::vector<std::string> taken{};
    std::string fails_at{};

    Task<Result<>> take(std::string step) {
        taken.push_back(step);
        if (step == fails_at) co_return kFailure;
        co_return Result<>{};
    }

    // A value that can only be moved.
    Task<Result<std::unique_ptr<std::string>>> make(std::string step) {
        taken.push_back(step);
        if (step == fails_at) co_return kFailure;
        co_return std::make_unique<std::string>(step + " made");
    }

    Task<Result<std::vector<int>>> list(std::vector<int> numbers) {
        taken.push_back("list");
        if (fails_at == "list") co_return kFailure;
        co_return numbers;
    }
};

Task<Result<>> in_order(Steps& steps) {
    CO_TRY(steps.take("first"));
    if (steps.taken.size() == 1) CO_TRY(steps.take("second"));
    CO_TRY(steps.make("third"));
    auto named = steps.take("fourth");
    CO_TRY(std::move(named));
    co_return Result<>{};
}

Task<Result<std::string>> assigned(Steps& steps) {
    CO_TRY_ASSIGN(const auto one, steps.make("one"));
    std::unique_ptr<std::string> last;
    for (const char* const step : {"two", "three"}) {
        CO_TRY_ASSIGN(last, steps.make(step));
    }
    // Commas that are only inside braces.
    CO_TRY_ASSIGN(auto list, steps.list(std::vector<int>{1, 2, 3}));
    co_return *one + ", " + *last + ", " + std::to_string(list.size());
}

}  // namespace

TEST_CASE("CO_TRY awaits one task after another and ends the coroutine with the first error") {
    boost::asio::io_context io;
    Steps steps;
    CHECK(run_task(io, in_order(steps)).has_value());
    CHECK(steps.taken == std::vector<std::string>{"first", "second", "third", "fourth"});
    for (const char* const step : {"first", "second", "third", "fourth"}) {
        CAPTURE(step);
        Steps failing{.fails_at = step};
        const Result<> ended = run_task(io, in_order(failing));
        REQUIRE(ended.has_error());
        CHECK(ended.error().message() == kFailure.message());
        CHECK(failing.taken.back() == step);
    }
}

TEST_CASE(
    "CO_TRY_ASSIGN moves the value into a declared or existing variable, or ends the coroutine with the "
    "error") {
    boost::asio::io_context io;
    Steps steps;
    CHECK(run_task(io, assigned(steps)).value() == "one made, three made, 3");
    for (const char* const step : {"one", "two", "three", "list"}) {
        CAPTURE(step);
        Steps failing{.fails_at = step};
        const auto ended = run_task(io, assigned(failing));
        REQUIRE(ended.has_error());
        CHECK(ended.error().message() == kFailure.message());
        CHECK(failing.taken.back() == step);
    }
}
