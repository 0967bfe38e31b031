// The content of one commit: a page's records, the invalid ones among them, and the new state of the stream.
#pragma once

#include "base/error.hpp"
#include "model/change.hpp"
#include "model/page.hpp"
#include "model/stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// A record that the stream's listings omitted although the portal has it: it may have left the stream's filter, which a
// second check decides (hazard 38).
struct Omission {
    std::string id;
    Timestamp first_at;  // the portal's time when the first query by id that left it out was sent
    // The stream's filter had changed since the record was known to be within it.
    bool filter_changed = false;

    friend bool operator==(const Omission&, const Omission&) = default;
};

struct Batch {
    static constexpr Timestamp kLongAfter{std::int64_t{7'000} * 365 * 24 * 3600 *
                                          Timestamp::ticks_per_second};

    std::string stream{};
    PagePtr page{};  // its valid and invalid records are all stored; null if only the state changes
    // The portal's time when the page was requested (hazard 30). Default: when every replica returns every version.
    Timestamp asked_at = kLongAfter;
    // How long after its `modified` a replica may still lack a version (hazard 30).
    Duration overlap = std::chrono::minutes(10);
    bool on_demand = false;  // the page was requested by an event or an operator
    // Which of the page's records the stream's current filter and fields have not read before (hazard 14); empty: none.
    std::vector<bool> first_met{};
    // When these took effect: versions requested since then are held in their format.
    MonoTime configured_at{};
    // The stream's new row, committed with the records. None for a bounded fetch (by id, by date), which never moves a
    // cursor (hazard 22).
    std::optional<StreamState> state{};
    // To quarantine, each as another attempt: records known only by their key that no response could contain (hazard
    // 8), with empty bodies; and those that were requested again and are still not valid JSON (hazard 35), whose bodies
    // must live until the commit has ended.
    std::vector<InvalidRecord> unreachable{};
    // Records that the portal no longer has (hazard 5): marked as deleted if held in exactly this version.
    std::vector<Key> gone{};
    // When the portal was asked about them: the earliest request and the latest response.
    Asked denied{};
    // Doubted records that the portal no longer returns when they are requested by id: no longer doubted.
    std::vector<std::string> undoubted{};
    // Records that wait for a second check; existing entries are kept. And ids that no longer wait.
    std::vector<Omission> omitted{};
    std::vector<std::string> unomitted{};
    // A whole reconciliation with the stream's current fingerprint has completed.
    bool reconciled = false;
    // Ids in quarantine that the portal denies or the stream's filter excludes: removed from quarantine.
    std::vector<std::string> released{};
    // The stream's walk has reached the portal's end for the first time in this process: work that a store postpones
    // during its first load is done with this commit.
    bool walk_ended = false;
};

// A record of the batch's page as input of decide(); the store sets in_order and had_before. `brought`: the request and
// response that brought the held version; zero if unknown.
Arrival arrival_of(const Batch& batch, const Record& record, Asked brought = {});

// Why no store accepts the batch (invalid_argument): it contains another stream's state.
std::optional<Error> refuse(const Batch& batch);

inline constexpr std::size_t kQuarantinedNamedMax = 20;

// The result of a commit. If nothing was new and the state is unchanged, nothing is written at all.
struct CommitSummary {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t disabled = 0;
    std::size_t deleted = 0;
    std::size_t restored = 0;
    std::size_t unchanged = 0;
    std::size_t doubted = 0;      // newly, or in another version
    std::size_t reversed = 0;     // stored versions that the record had had before
    std::size_t unsteady = 0;     // skipped: bytes that differ in each response with one `modified`
    std::size_t undoubted = 0;    // doubts that ended
    std::size_t quarantined = 0;  // newly, or again with another `modified`
    // The first of these, at most kQuarantinedNamedMax.
    std::vector<std::string> quarantined_ids{};
    // Removed from quarantine without being stored: denied, or valid in the version held.
    std::size_t released = 0;
    std::uint64_t last_seq = 0;  // of the change log after the commit; 0: it is empty
    bool written = false;        // whether a transaction was committed

    // Whether any row of records, quarantine or doubts was written.
    bool wrote_rows() const { return changes() + quarantined + released + doubted + undoubted > 0; }
    std::size_t changes() const { return created + updated + disabled + deleted + restored; }
    void count(ChangeKind kind);             // one more of it
    void count_quarantined(std::string id);  // the same
    CommitSummary& operator+=(const CommitSummary& other);
};

}  // namespace carecloud
