// The system fields of one record, read in place, and its hash. Parts of the slicer (slice.hpp), which decides what to
// do with them.
#pragma once

#include "base/error.hpp"
#include "json/slice.hpp"
#include "json/tokens.hpp"
#include "model/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// Thrown for a response that is valid JSON but must not be stored. Caught only by the slicer.
struct Rejected {
    ErrorCode code;
    std::string what;
    std::string hint;
};

// The system fields of one record.
struct SystemFields {
    std::string_view id;  // the string without its quotes; empty if absent or unusable
    std::string_view modified;
    bool disabled = false;
    std::uint32_t start_day = 0;  // such as 20240301; 0 if it is not a day
    std::uint32_t end_day = 0;
    bool scoped = false;         // it contains the stream's workspace, or none is required
    bool contradictory = false;  // one of them occurs more than once
    std::string invalid;         // the first reason why the record is invalid; empty if none
};

// Consumes the record that begins here. Throws BadJson, and Rejected for a record of another workspace or bucket.
SystemFields read_fields(Tokens& tokens, const SliceOptions& options);

// The reason for which a record without `_id` is invalid.
constexpr std::string_view kNoIdReason = "_id is missing";
bool is_usable_id(std::string_view id);
// std::nullopt if neither is a day. If only one is, it stands for both.
std::optional<DaySpan> span_of(std::uint32_t start, std::uint32_t end);

// SHA-256 by OpenSSL, with a reused context, because there is one hash per record. One Hasher per thread.
class Hasher {
  public:
    Hasher();
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    Hash hash(std::string_view bytes);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
