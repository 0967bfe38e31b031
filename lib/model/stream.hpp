// A stream: one entity of one workspace and bucket with its filter and projection. It has one cursor.
#pragma once

#include "base/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// What a stream requests, from the configuration.
struct StreamSpec {
    // Such as "claim_attendance". Also the stream's name in the store, because an entity has only one stream.
    std::string entity{};
    std::string workspace_id{};
    std::string bucket_id{};
    std::string filter = "{}";          // a JSON object in canonical form (sorted keys, no spaces)
    std::vector<std::string> fields{};  // projection, besides `_id` and `modified`; empty for whole records

    // Everything that determines which records belong to the stream, as one line of JSON. It is stored with the cursor,
    // which is not valid for another fingerprint (lib/sync/DESIGN.md, hazard 14).
    std::string fingerprint() const;

    bool is_filtered() const { return filter != "{}"; }
    // A copy without the filter.
    StreamSpec unfiltered() const {
        StreamSpec whole = *this;
        whole.filter = "{}";
        return whole;
    }
};

// The position of the last record that was committed in the portal's order.
struct Cursor {
    std::string modified_text;  // as the portal wrote it, for the next query
    Timestamp modified;
    std::string id;

    friend bool operator==(const Cursor&, const Cursor&) = default;
};

// The time before which everything is settled: no row will become visible there later (hazard 3). Never after the
// cursor.
struct SafePoint {
    std::string modified_text;
    Timestamp modified;

    friend bool operator==(const SafePoint&, const SafePoint&) = default;
};

// A row of `streams`: the state of a stream that survives a restart.
struct StreamState {
    std::string stream{};
    std::string entity{};
    std::string fingerprint{};
    std::optional<Cursor> cursor{};   // std::nullopt if no record was ever stored
    std::optional<SafePoint> safe{};  // std::nullopt if there is no cursor
    std::string dialect{};            // the proven dialect as JSON; empty if none is proven
    // The unfinished ranges of a wide load, as JSON (sync/walk/ranges.hpp), or empty. The cursor covers only the
    // records before them.
    std::string ranges{};
    std::optional<Timestamp> portal_time{};  // the trusted portal time when the row was written (hazard 31)
    std::string updated_at{};                // ISO 8601, display only
    // The fingerprint of the last completed whole reconciliation, or the stream's first fingerprint. Cleared when the
    // fingerprint changes, and it stays so even if an earlier fingerprint returns, because the rows were stored under
    // another one in between. Written only by the store (Batch::reconciled).
    std::string reconciled_fingerprint{};

    friend bool operator==(const StreamState&, const StreamState&) = default;
};

// The requests to the portal in one month, as counted against its quota.
struct RequestCount {
    std::uint64_t sent = 0;
    // Reserved before they are sent. Reservations left by a crash count as sent, because it is unknown whether they
    // were.
    std::uint64_t reserved = 0;

    std::uint64_t total() const { return sent + reserved; }
    friend bool operator==(const RequestCount&, const RequestCount&) = default;
};

}  // namespace carecloud
