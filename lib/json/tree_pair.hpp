// The trees of two similar texts, without the values that are equal in both. Comparing two versions of a record thus
// costs little more than finding where they differ.
//
//     TreePair pair;
//     pair.read(former, now);                      // throws BadJson
//     use(pair.former(), pair.now());
//
// A value that both have at the same position is omitted from both trees. An element of an array is either omitted or
// present as a whole, so an element with a difference can be matched by its key. Omitted values are not checked. One
// thread at a time.
#pragma once

#include "json/tree.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace carecloud {

// The length of the common prefix of two texts, in bytes. Pure.
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

class TreePair {
  public:
    // The trees are empty if this throws.
    void read(std::string_view former, std::string_view now);

    const JsonTree& former() const { return former_; }
    const JsonTree& now() const { return now_; }

  private:
    struct Names {
        std::string_view former{};
        std::string_view now{};
    };
    class Container;

    void add(const Names& names, std::size_t depth, bool as_a_whole);
    void add_container(const Names& names, std::size_t depth);
    bool skip_same();

    JsonTree former_;
    JsonTree now_;
    // The texts are equal up to same_end_ in the former one, shifted by same_shift_ bytes.
    const char* same_end_ = nullptr;
    std::ptrdiff_t same_shift_ = 0;
};

}  // namespace carecloud
