// Nothing that is secret or personal was said by any program in any other test of this folder, whatever it logged.
// CTest runs this one after all of them; what they leave in CARECLOUD_SAID begins anew with each run.
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
