// What is kept of the former versions of a record: the fields that were corrected, and the bodies in little space, each
// as its differences from the version that replaced it. These are normally few, and the long parts of a record
// (signatures: images as text) rarely change.
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
#include "json/tree_pair.hpp"
#include "model/record.hpp"
#include "versions/difference.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// What is kept of a replaced version: its packed body, and the fields that the new version corrected.
struct ArchivedVersion {
    std::string packed{};
    std::vector<Difference> differences{};
};

// Determines it, when a version is replaced:
//
//     Archiver archiver;
//     if (auto kept = archiver.archive(former, now)) write(kept->packed, kept->differences);
//
// Reuses its memory for the next record.
class Archiver {
  public:
    // std::nullopt if the two differ only in their bytes: then nothing is to be kept. A body that is not JSON is kept,
    // too, without differences.
    std::optional<ArchivedVersion> archive(std::string_view former, std::string_view now);

  private:
    bool is_same_as_a_whole(std::string_view former, std::string_view now);

    TreePair pair_;
    JsonTree whole_former_;
    JsonTree whole_now_;
    BodyPacker packer_;
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
