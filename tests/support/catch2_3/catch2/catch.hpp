// The one header of Catch2 2, made of Catch2 3's: the tests are written once, for both. In the include path only where
// Catch2 is version 3, which no longer has a header of this name.
#pragma once

#include <catch2/catch_all.hpp>

namespace Catch {

inline auto Contains(const std::string& text) {
    return Matchers::ContainsSubstring(text);
}

}  // namespace Catch

using Catch::Approx;
