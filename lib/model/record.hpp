// A page of records as received from the portal, and what is stored and derived of a record.
#pragma once

#include "base/timestamp.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// When a request was sent and its response received. A response supersedes another only if it was requested after the
// other was received (hazard 22).
struct Asked {
    MonoTime sent{};
    MonoTime received{};

    bool is_after(const Asked& other) const { return sent >= other.received; }
};

// SHA-256 of a record's bytes.
using Hash = std::array<std::byte, 32>;

inline std::string to_hex(const Hash& hash) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(hash.size() * 2);
    for (const std::byte byte : hash) {
        const auto value = std::to_integer<unsigned>(byte);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

// Days from the first to the last, both included, as numbers such as 20240301, whose order is that of the days.
struct DaySpan {
    std::uint32_t first = 0;
    std::uint32_t last = 0;

    friend bool operator==(const DaySpan&, const DaySpan&) = default;
};

// One valid record. The views point into the page's buffer and are valid as long as the page.
struct Record {
    std::string_view id;             // `_id`, as in the JSON text (a record with escapes in it is invalid)
    std::string_view modified_text;  // `modified`, as the portal wrote it
    Timestamp modified;              // `modified`, parsed
    // The whole object, from '{' to '}'; in a walk of keys it has only these two fields.
    std::string_view body;
    Hash hash{};            // of `body`; all zero in a walk of keys
    bool disabled = false;  // the vendor's soft delete
    // Its startDate and endDate; if only one of them is a day, that one twice. std::nullopt if neither is, or in a walk
    // of keys.
    std::optional<DaySpan> days{};
};

// An invalid record in a valid page. It is quarantined whole.
struct InvalidRecord {
    std::string id;             // `_id`, or "sha256:…" of the body if there is no usable one
    std::string modified_text;  // the content of `modified`; may be empty
    std::string reason;         // for people; names the field, never its content
    std::string_view body;      // in the page's buffer
    // A system field occurs more than once. It is unclear which value is meant, so neither is kept. The response may
    // have been corrupted on its way (hazard 11).
    bool contradictory = false;
    // Its bytes are not valid JSON, which a second response must confirm. `reason` begins with kNotJsonReason (hazard
    // 35).
    bool not_json = false;
};

// The prefix of `reason` by which a store recognizes records that are not JSON; they are requested again.
inline constexpr std::string_view kNotJsonReason = "not valid JSON: ";

// The spelling of the envelope: "IsSuccess" or "isSuccess" (the portal's releases before and since 4.0.24.3).
enum class Spelling { pascal, camel };

// One response of the portal: its bytes as received, and its records as views into them. Immutable once it has been
// sliced, and shared by all that still store records from it. At most two pages of a walk exist at a time.
struct Page {
    // All views below point into it. Larger than the text, for simdjson's padding.
    std::unique_ptr<char[]> buffer;
    std::size_t size = 0;  // bytes of the text

    std::vector<Record> records;         // in the order of the response
    std::vector<InvalidRecord> invalid;  // to be quarantined, in the order of the response
    std::size_t beyond_take = 0;         // records beyond the requested number, which are ignored
    std::optional<std::uint64_t> total;  // if the portal counts and reports it
    Spelling spelling = Spelling::camel;
    // The `Date` header, in whole seconds; not to be trusted without a check.
    std::optional<Timestamp> date{};
    Asked asked{};  // set by the portal

    // Valid and invalid records: the number that the portal counted toward `Take`.
    std::size_t record_count() const { return records.size() + invalid.size(); }
    // Whether an invalid record has this id; a valid one may have it, too.
    bool has_invalid(std::string_view id) const {
        return std::any_of(invalid.begin(), invalid.end(),
                           [&](const InvalidRecord& record) { return record.id == id; });
    }
};

using PagePtr = std::shared_ptr<const Page>;

// A record's position in the portal's order, and its version.
struct Key {
    std::string id;
    std::string modified_text;
    Timestamp modified;

    friend bool operator==(const Key&, const Key&) = default;
};

// The version of a record that a store holds.
struct HeldRecord {
    std::string modified_text;
    std::optional<Timestamp> modified;  // std::nullopt if the stored text does not parse (an older store)
    bool deleted = false;
    bool doubted = false;
    Hash hash{};
    std::uint64_t seq = 0;  // the change that brought it
    // The request and response that brought it; zero if unknown, because it was in an earlier run of the process or
    // long ago.
    Asked asked{};
};

// A doubted record (hazard 30): it is requested by id at `ask_at`, in the portal's time.
struct Doubt {
    Key key;  // of the doubted version
    Timestamp ask_at;
};

}  // namespace carecloud
