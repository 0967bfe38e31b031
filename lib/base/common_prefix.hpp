// How far two texts are the same. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace carecloud {

// In bytes. By memcmp, which compares many at a time.
inline std::size_t common_prefix(std::string_view a, std::string_view b) {
    constexpr std::size_t step = 128;
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t same = 0;
    while (same + step <= most && std::memcmp(a.data() + same, b.data() + same, step) == 0)
        same += step;
    while (same < most && a[same] == b[same])
        ++same;
    return same;
}

}  // namespace carecloud
