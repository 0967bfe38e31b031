// Former bodies of a record in little room. What is long in a record (signatures: images as text) rarely changes, so a
// packed body does not hold a long text that the version which replaced it has, too: it refers to that, and the rest is
// compressed (zstd).
//
//     const std::string packed = packer.pack(former, former_tree, now_tree);
//     …
//     BodyUnpacker unpacker(newest_body);              // and then from the newest former version to the oldest
//     auto body = unpacker.unpack(packed, {.hash = hash, .bytes = bytes});
//
// A reference names a text by what it says, not by how it is spelled: a version in other spelling that lies between is
// no obstacle. Unpacking yields the very bytes, or nothing. Pure; one thread at a time.
//
// The form, which the store's table `versions` shows: the byte 1, then a zstd frame of the body. In it a text that is
// referred to, its quotes included, is replaced by: NUL, 1, the first 16 bytes of the SHA-256 of what it says in UTF-8,
// the number of the characters that are escaped in it, and for each of these: the character, the length of its escape
// and the escape. A NUL of the body itself is NUL, 0.
#pragma once

#include "json/record_fields.hpp"
#include "json/tree.hpp"
#include "model/record.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// A text of so many bytes or more is looked for in the next version.
inline constexpr std::size_t kLongTextMin = 256;

class BodyPacker {
  public:
    BodyPacker();
    ~BodyPacker();
    BodyPacker(const BodyPacker&) = delete;
    BodyPacker& operator=(const BodyPacker&) = delete;

    // `tree` is that of `body`, `now` that of the body which replaced it. An empty one: that text is no JSON.
    std::string pack(std::string_view body, const JsonTree& tree, const JsonTree& now);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct BodyCheck {
    Hash hash{};
    std::size_t bytes = 0;
};

class BodyUnpacker {
  public:
    explicit BodyUnpacker(std::string_view newest_body);

    // None: it is damaged, or refers to a text that no body had which was met before it.
    std::optional<std::string> unpack(std::string_view packed, const BodyCheck& check);

  private:
    using TextId = std::array<std::byte, 16>;

    void learn(std::string_view body);
    bool expand(std::string_view packed, std::string& out) const;

    Hasher hasher_;
    JsonTree tree_;
    std::map<TextId, std::string> texts_;
};

}  // namespace carecloud
