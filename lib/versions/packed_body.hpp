// Former bodies of a record in little space, each as its differences from the version that replaced it. These are
// normally few, and the long parts of a record (signatures: images as text) rarely change.
//
//     const std::string packed = packer.pack(former, now);
//     …
//     BodyUnpacker unpacker(newest_body);              // and then from the newest former version to the oldest
//     auto body = unpacker.unpack(packed, {.hash = hash, .bytes = bytes});
//
// A version can be unpacked only with exactly the bytes that replaced it. Unpacking returns exactly the original bytes,
// or nothing. Pure; one thread at a time.
//
// The format, which is visible in the store's table `versions`: the byte 2 and steps, or the byte 3 and a zstd frame of
// steps. A step consists of three numbers and bytes: how many bytes are copied from the version that replaced it, how
// many of its bytes are then skipped, and how many new bytes follow. A number has 7 bits per byte, the lowest first,
// and the 8th bit is set in all bytes but the last. The last step may end after its first number.
#pragma once

#include "json/record_fields.hpp"
#include "model/record.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class BodyPacker {
  public:
    BodyPacker();
    ~BodyPacker();
    BodyPacker(const BodyPacker&) = delete;
    BodyPacker& operator=(const BodyPacker&) = delete;

    // `now` replaced `body`.
    std::string pack(std::string_view body, std::string_view now);

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
    explicit BodyUnpacker(std::string_view newest_body) : next_(newest_body) {}

    // std::nullopt if it is damaged, or was not replaced by the body passed to the constructor or unpacked last.
    std::optional<std::string> unpack(std::string_view packed, const BodyCheck& check);

  private:
    Hasher hasher_;
    std::string next_;
};

}  // namespace carecloud
