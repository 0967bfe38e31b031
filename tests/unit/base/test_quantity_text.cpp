// Quantities as texts for people.
#include "base/quantity_text.hpp"

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("sizes have two digits or three, and a unit") {
    CHECK(bytes_text(0) == "0 B");
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(1000) == "1.0 KB");
    CHECK(bytes_text(9999) == "9.9 KB");
    CHECK(bytes_text(10'000) == "10 KB");
    CHECK(bytes_text(999'999) == "999 KB");
    CHECK(bytes_text(5'200'000) == "5.2 MB");
    CHECK(bytes_text(21'000'000'000) == "21 GB");
    CHECK(bytes_text(std::numeric_limits<std::uint64_t>::max()) == "18 EB");
}
