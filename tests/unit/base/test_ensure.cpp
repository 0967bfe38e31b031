#include "base/ensure.hpp"
#include "support/broken_promise.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

TEST_CASE("a satisfied invariant has no effect, a violated one ends the process with 70 and is named") {
    ensure(true, "the sum is right");
    CHECK(broken_promise_of([] { ensure(true, "the sum is right"); }).empty());
    const std::string said = broken_promise_of([] { ensure(false, "the sum is right"); });
    CHECK_THAT(said, Contains("broken invariant: the sum is right") && Contains("test_ensure.cpp:"));
}
