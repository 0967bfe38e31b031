// A record as it came from the portal: views into the page that carries it, and what was learned about it.
#pragma once

#include "base/timestamp.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// When a question was sent and its answer received. An answer supersedes another only if it was requested after the
// other was received (hazard 22).
struct Asked {
    MonoTime sent{};
    MonoTime received{};

    bool is_after(const Asked& other) const { return sent >= other.received; }
};

// SHA-256 of a record's bytes, as `sha256sum` prints it.
using Hash = std::array<std::byte, 32>;

std::string to_hex(const Hash& hash);

// Days from the first to the last, both included, as 20240301: numbers that order like the days.
struct DaySpan {
    std::uint32_t first = 0;
    std::uint32_t last = 0;

    friend bool operator==(const DaySpan&, const DaySpan&) = default;
};

// One good record. Every view lies in the page's buffer and lives as long as the page.
struct Record {
    std::string_view id;             // `_id`, as it stands in the JSON text (no escapes: those are invalid)
    std::string_view modified_text;  // `modified`, the portal's own text
    Timestamp modified;              // the same as an instant
    std::string_view body;  // the whole object, from '{' to '}'; in a walk of keys just those two fields
    Hash hash{};            // of `body`; all zero in a walk of keys
    bool disabled = false;  // the vendor's soft delete
    // Its startDate and endDate, of one alone where the other is no day; none where neither is, and in a walk of keys.
    std::optional<DaySpan> days{};
};

// A record that cannot be taken as a good one, though its page is. It goes to quarantine whole.
struct InvalidRecord {
    std::string id;             // `_id`, or "sha256:…" of the body where there is none to use
    std::string modified_text;  // what stood in `modified`, perhaps empty
    std::string reason;         // in words; names the field, never its content
    std::string_view body;      // in the page's buffer
    // A system field stands twice in it: which one is meant is not known, so neither is kept. The answer may have been
    // spoiled on its way (hazard 11).
    bool contradictory = false;
    // Its bytes are not valid JSON, as a second answer must confirm; `reason` begins with kNotJsonReason (hazard 35).
    bool not_json = false;
};

// What a store knows records that are not JSON by: they are asked for again.
inline constexpr std::string_view kNotJsonReason = "not valid JSON: ";

// Where a record stands in the portal's order, and which version it is.
struct Key {
    std::string id;
    std::string modified_text;
    Timestamp modified;

    friend bool operator==(const Key&, const Key&) = default;
};

// The version of a record that a store holds.
struct HeldRecord {
    std::string modified_text;
    std::optional<Timestamp> modified;  // none where the stored text does not parse (an older store's)
    bool deleted = false;
    bool doubted = false;
    Hash hash{};
    std::uint64_t seq = 0;  // of the change that brought it
    // When the answer that brought it was asked for; zero: in an earlier life of the process, or long ago.
    Asked asked{};
};

// A record that is doubted (hazard 30): it is asked for by id at `ask_at`, by the portal's time.
struct Doubt {
    Key key;  // of the version that is doubted
    Timestamp ask_at;
};

}  // namespace carecloud
