// Catch2 2's single header, composed of Catch2 3's headers, so tests compile with both versions. It is in the include
// path only if Catch2 is version 3, which no longer has this header.
#pragma once

#include <catch2/catch_all.hpp>

namespace Catch {

inline auto Contains(const std::string& text) {
    return Matchers::ContainsSubstring(text);
}

}  // namespace Catch

using Catch::Approx;
