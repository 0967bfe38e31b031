// No program has printed or logged secrets or personal data in any other test of this folder. CTest runs this test
// after all of them; their output in CARECLOUD_SAID is reset with each run.
#include "system/agency.hpp"

#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("the output of all programs in all tests contains no secret and no personal data", "[.]") {
    const char* const folder = std::getenv("CARECLOUD_SAID");
    REQUIRE(folder);
    std::size_t tests = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string said = read_text(entry.path().string());
        INFO(entry.path().string());
        CHECK(secret_in(said) == "");
        tests += said.find("carecloud-syncd") != std::string::npos;
    }
    CHECK(tests > 0);
}
