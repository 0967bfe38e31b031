// The system fields of one record, read where they lie, and its hash. Parts of the slicer (slice.hpp), which decides
// what to do with them.
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

// Ends the reading of an answer that is sound but not to be stored; caught by the slicer and nowhere else.
struct Rejected {
    ErrorCode code;
    std::string what;
    std::string hint;
};

// What the system fields of one record said.
struct SystemFields {
    std::string_view id;  // the string's inside; empty: absent or unusable
    std::string_view modified;
    bool disabled = false;
    std::uint32_t start_day = 0;  // 20240301; 0: no day stands there
    std::uint32_t end_day = 0;
    bool scoped = false;         // it names the stream's workspace, or none is asked for
    bool contradictory = false;  // one of them stands twice
    std::string invalid;         // the first reason why the record is not a good one
};

// Takes the record that begins here. Throws BadJson, and Rejected for one of another workspace or bucket.
SystemFields read_fields(Tokens& tokens, const SliceOptions& options);

// Why a record without any `_id` is invalid.
constexpr std::string_view kNoIdReason = "_id is missing";
bool is_usable_id(std::string_view id);
// None where neither is a day; one stands for both.
std::optional<DaySpan> span_of(std::uint32_t start, std::uint32_t end);

// SHA-256 by OpenSSL, with its context reused: one hash a record. One Hasher a thread.
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
