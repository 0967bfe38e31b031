// The content of one commit: the valid and invalid records of a page, and the new state of the stream.
#pragma once

#include "base/error.hpp"
#include "model/change.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// A record that the stream's listings omitted although the portal has it. It may have left the stream's filter, which a
// second check decides (hazard 38).
struct Omission {
    std::string id;
    Timestamp first_at;  // the portal's time when the first query by id that omitted it was sent
    // The stream's filter has changed since the record was known to match it.
    bool filter_changed = false;

    friend bool operator==(const Omission&, const Omission&) = default;
};

struct Batch {
    static constexpr Timestamp kLongAfter{std::int64_t{7'000} * 365 * 24 * 3600 *
                                          Timestamp::ticks_per_second};

    std::string stream{};
    PagePtr page{};  // all of its records are stored, valid or not; null if only the state changes
    // The portal's time when the page was requested (hazard 30). The default is far in the future: every replica
    // returns every version by then.
    Timestamp asked_at = kLongAfter;
    // The longest time after its `modified` for which a replica may still lack a version (hazard 30).
    Duration overlap = std::chrono::minutes(10);
    bool on_demand = false;  // the page was requested by an event or an operator
    // One entry per record of the page: whether the stream's current filter and fields return it for the first time
    // (hazard 14). Empty if none.
    std::vector<bool> first_met{};
    // When the current filter and fields took effect: versions requested since then are held in their format.
    MonoTime configured_at{};
    // The stream's new row, committed with the records. std::nullopt for a bounded fetch (by id, by date), which never
    // moves a cursor (hazard 22).
    std::optional<StreamState> state{};
    // Records to quarantine, each counted as another attempt. Those that no response could contain are known only by
    // their key and have empty bodies (hazard 8). Those that were requested again and are still not valid JSON (hazard
    // 35) have bodies, which must stay valid until the commit has ended.
    std::vector<InvalidRecord> unreachable{};
    // Records that the portal no longer has (hazard 5): marked as deleted if the store holds exactly this version.
    std::vector<Key> gone{};
    // The span of the requests that confirmed this: the earliest time sent, and the latest time received.
    Asked denied{};
    // Doubted records that the portal no longer returns if they are requested by id. Their doubts end.
    std::vector<std::string> undoubted{};
    // Records that wait for a second check; existing entries are kept.
    std::vector<Omission> omitted{};
    std::vector<std::string> unomitted{};  // ids that no longer wait for a second check
    // A whole reconciliation with the stream's current fingerprint has completed.
    bool reconciled = false;
    // Ids to remove from quarantine: the portal reports that the record does not exist, or the stream's filter excludes
    // it.
    std::vector<std::string> released{};
};

// Converts a record of the batch's page to the input of decide(). The store sets in_order and had_before. `brought`:
// the request and response that brought the held version; zero if unknown.
Arrival arrival_of(const Batch& batch, const Record& record, Asked brought = {});

// The error (invalid_argument) if the batch is inconsistent, because it contains another stream's state; otherwise
// std::nullopt. Every store rejects such a batch.
std::optional<Error> refuse(const Batch& batch);

inline constexpr std::size_t kQuarantinedNamedMax = 20;

// The result of a commit. If nothing was new and the state is unchanged, no transaction is committed.
struct CommitSummary {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t disabled = 0;
    std::size_t deleted = 0;
    std::size_t restored = 0;
    std::size_t unchanged = 0;
    std::size_t doubted = 0;      // new doubts, and doubts that changed to another version
    std::size_t reversed = 0;     // stored versions that the record already had earlier
    std::size_t unsteady = 0;     // skipped: the bytes differ in each response, `modified` does not
    std::size_t undoubted = 0;    // doubts that ended
    std::size_t quarantined = 0;  // new or changed entries, and further attempts
    // The ids of the first quarantined records, at most kQuarantinedNamedMax.
    std::vector<std::string> quarantined_ids{};
    // Removed from quarantine without being stored: nonexistent at the portal, or valid in the version held.
    std::size_t released = 0;
    std::uint64_t last_seq = 0;  // the newest `seq` of the change log after the commit; 0 if it is empty
    bool written = false;        // whether a transaction was committed

    // Whether any row of records, quarantine or doubts was written.
    bool wrote_rows() const { return changes() + quarantined + released + doubted + undoubted > 0; }
    std::size_t changes() const { return created + updated + disabled + deleted + restored; }
    void count(ChangeKind kind);
    void count_quarantined(std::string id);
    CommitSummary& operator+=(const CommitSummary& other);
};

}  // namespace carecloud
