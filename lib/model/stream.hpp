// A stream: one entity of one workspace and bucket with its filter and projection. It owns one cursor.
#pragma once

#include "base/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// What a stream asks for; from the configuration.
struct StreamSpec {
    // "claim_attendance"; also the stream's name in the store, since an entity has one stream.
    std::string entity{};
    std::string workspace_id{};
    std::string bucket_id{};
    std::string filter = "{}";          // a JSON object in canonical form (sorted keys, no spaces)
    std::vector<std::string> fields{};  // projection; empty: whole records. `_id` and `modified` always come

    // Everything that decides which records belong to the stream, as one line of JSON: stored beside the
    // cursor, which is worth nothing for another fingerprint (lib/sync/DESIGN.md, hazard 14).
    std::string fingerprint() const;

    bool is_filtered() const { return filter != "{}"; }
    // The same without the filter.
    StreamSpec unfiltered() const {
        StreamSpec whole = *this;
        whole.filter = "{}";
        return whole;
    }
};

// The position of the last record committed in the portal's order.
struct Cursor {
    std::string modified_text;  // the portal's own text: what the next query asks with
    Timestamp modified;
    std::string id;

    friend bool operator==(const Cursor&, const Cursor&) = default;
};

// Everything before this instant is settled: no row will still become visible there (hazard 3).
// Never after the cursor.
struct SafePoint {
    std::string modified_text;
    Timestamp modified;

    friend bool operator==(const SafePoint&, const SafePoint&) = default;
};

// A row of `streams`: all that a stream carries from one life of the process to the next.
struct StreamState {
    std::string stream{};
    std::string entity{};
    std::string fingerprint{};
    std::optional<Cursor> cursor{};   // none: nothing was ever taken
    std::optional<SafePoint> safe{};  // none with no cursor
    std::string dialect{};            // the proven dialect as JSON; empty: to be proven
    // The unfinished ranges of a wide load, as JSON (sync/walk/ranges.hpp): the cursor covers only those before them.
    // Empty: none are under way.
    std::string ranges{};
    std::optional<Timestamp> portal_time{};  // that was trusted when the row was written (hazard 31)
    std::string updated_at{};                // ISO 8601, display only
    // The fingerprint under which a whole reconciliation last came to its end, or the stream's first one. Empty since
    // the fingerprint changed: one that comes back was another in between, and the rows are held by that. Written by
    // the store alone (Batch::reconciled).
    std::string reconciled_fingerprint{};

    friend bool operator==(const StreamState&, const StreamState&) = default;
};

// A month's requests to the portal, as they are counted against its quota.
struct RequestCount {
    std::uint64_t sent = 0;
    // Set aside before they are sent. What a crash leaves here counts as sent: nobody knows.
    std::uint64_t reserved = 0;

    std::uint64_t total() const { return sent + reserved; }
    friend bool operator==(const RequestCount&, const RequestCount&) = default;
};

}  // namespace carecloud
