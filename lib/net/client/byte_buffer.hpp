// Bytes that grow, are never zeroed before they are written, and always have kBodyPadding bytes of spare room
// behind them: what the body of an answer is read or inflated into, and handed on without a copy.
//
// Belongs to one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace carecloud {

// Spare room behind a body, of any content: vectorized parsers read there.
inline constexpr std::size_t kBodyPadding = 64;

struct ByteBuffer {
    std::unique_ptr<char[]> data;  // null: nothing was reserved yet
    std::size_t size = 0;
    std::size_t capacity = 0;  // without the padding

    std::string_view text() const { return {data.get(), size}; }

    // Room for `bytes` in all; what is there is kept.
    void reserve(std::size_t bytes) {
        if (data && bytes <= capacity) return;
        auto larger = std::make_unique_for_overwrite<char[]>(bytes + kBodyPadding);
        if (size > 0) std::memcpy(larger.get(), data.get(), size);
        data = std::move(larger);
        capacity = bytes;
    }

    void append(std::string_view more) {
        if (more.empty()) return;
        if (!data || more.size() > capacity - size) reserve(std::max(size + more.size(), 2 * capacity));
        std::memcpy(data.get() + size, more.data(), more.size());
        size += more.size();
    }

    // Where the next bytes go; the writer adds to `size` afterwards.
    std::span<char> free_room() const { return {data.get() + size, capacity - size}; }
};

}  // namespace carecloud
