// Catch2 2's single header, composed of Catch2 3's headers, so tests compile with both versions. It is in the include
// path only if Catch2 is version 3, which no longer has this header.
#pragma once

// GCC 14 may read a file again that a precompiled header has read, although it contains the pragma.
#ifndef CARECLOUD_CATCH2_3
#define CARECLOUD_CATCH2_3

#include <catch2/catch_all.hpp>

namespace Catch {

inline auto Contains(const std::string& text) {
    return Matchers::ContainsSubstring(text);
}

}  // namespace Catch

using Catch::Approx;

#endif
