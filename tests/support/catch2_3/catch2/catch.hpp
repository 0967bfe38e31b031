// The single header of Catch2 2, composed of Catch2 3's headers, so tests are written once for both versions. In the
// include path only if Catch2 is version 3, which no longer has this header.
#pragma once

#include <catch2/catch_all.hpp>

namespace Catch {

inline auto Contains(const std::string& text) {
    return Matchers::ContainsSubstring(text);
}

}  // namespace Catch

using Catch::Approx;
