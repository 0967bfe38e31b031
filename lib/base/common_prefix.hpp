// The length of the common prefix of two texts. Pure; thread-safe.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace carecloud {

// In bytes.
inline std::size_t common_prefix(std::string_view a, std::string_view b) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::size_t block = 128;  // large enough for memcmp to be worth its call
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t same = 0;
    while (same + block <= most && std::memcmp(a.data() + same, b.data() + same, block) == 0)
        same += block;
    for (std::uint64_t words[2]; same + sizeof *words <= most; same += sizeof *words) {
        std::memcpy(&words[0], a.data() + same, sizeof *words);
        std::memcpy(&words[1], b.data() + same, sizeof *words);
        if (words[0] != words[1])
            return same + static_cast<std::size_t>(std::countr_zero(words[0] ^ words[1])) / 8;
    }
    while (same < most && a[same] == b[same])
        ++same;
    return same;
}

}  // namespace carecloud
