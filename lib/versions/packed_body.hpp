// Former bodies of a record in little space: each as what differs from the version that replaced it. As a rule that is
// little, and what is long in a record (signatures: images as text) rarely changes.
//
//     const std::string packed = packer.pack(former, now);
//     …
//     BodyUnpacker unpacker(newest_body);              // and then from the newest former version to the oldest
//     auto body = unpacker.unpack(packed, {.hash = hash, .bytes = bytes});
//
// A version can be unpacked only with the very bytes that replaced it. Unpacking yields the very bytes, or nothing.
// Pure; one thread at a time.
//
// The form, which the store's table `versions` shows: the byte 2 and steps, or the byte 3 and a zstd frame of them. A
// step is three numbers and bytes: how many bytes of the version that replaced it are copied, how many of it are then
// passed over, how many bytes follow here that it does not have. Numbers have 7 bits a byte, the lowest first, and the
// 8th bit set in all bytes but the last. The last step may end after its first number.
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

    // None: it is damaged, or is not what the body replaced that was given or unpacked before.
    std::optional<std::string> unpack(std::string_view packed, const BodyCheck& check);

  private:
    Hasher hasher_;
    std::string next_;
};

}  // namespace carecloud
