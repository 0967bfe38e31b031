// What one commit carries: a page's records, what is invalid among them, and where the stream stands
// afterwards.
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

// A record that listings within the stream left out although the portal has it: it may have left the stream's filter,
// which a second look decides (hazard 38).
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
    PagePtr page{};  // its records and invalid ones are all stored; null where only the state moves
    // The portal's time when it was asked for the page (hazard 30). Default: when every replica shows every version.
    Timestamp asked_at = kLongAfter;
    // How long after its `modified` a replica may still not show a version (hazard 30).
    Duration overlap = std::chrono::minutes(10);
    bool on_demand = false;  // an event or an operator asked for the page
    // Which of the page's records the stream's present filter and fields have not met before (hazard 14); empty: none.
    std::vector<bool> first_met{};
    // Since when these apply: what was asked for since then is held in their words.
    MonoTime configured_at{};
    // The stream's row afterwards, committed with the records. None for a bounded fetch (by id, by date),
    // which never touches a cursor (hazard 22).
    std::optional<StreamState> state{};
    // To quarantine, each as another attempt: records known by key alone that no answer could carry (hazard 8), with
    // empty bodies; and those that were asked for again and are still not valid JSON (hazard 35), whose bodies must
    // live until the commit has ended.
    std::vector<InvalidRecord> unreachable{};
    // Records that the portal has no more (hazard 5): marked as deleted, each that is held in exactly this version.
    std::vector<Key> gone{};
    // When the portal was asked for them: the earliest question and the latest answer.
    Asked denied{};
    // Doubted records that the portal does not show any more when it is asked for them by id: they are not doubted.
    std::vector<std::string> undoubted{};
    // Records that wait for a second look; one that waits already goes on waiting. And ids that do not any more.
    std::vector<Omission> omitted{};
    std::vector<std::string> unomitted{};
    // A whole reconciliation under the stream's present fingerprint has come to its end.
    bool reconciled = false;
    // Ids in quarantine that the portal denies or the stream's filter leaves out: they leave it.
    std::vector<std::string> released{};
    // The stream's walk has come to the portal's end for the first time in this life of the process: what a store puts
    // off while it is being filled is done with this commit.
    bool walk_ended = false;
};

// A record of the batch's page as decide() is asked about it; in_order and had_before are the store's to say.
// `brought`: the answer that the held version came with; zero where that is not known.
Arrival arrival_of(const Batch& batch, const Record& record, Asked brought = {});

// Why no store takes the batch (invalid_argument): it carries another stream's state.
std::optional<Error> refuse(const Batch& batch);

inline constexpr std::size_t kQuarantinedNamedMax = 20;

// What a commit did. Where nothing was new and the state stood still, nothing is written at all.
struct CommitSummary {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t disabled = 0;
    std::size_t deleted = 0;
    std::size_t restored = 0;
    std::size_t unchanged = 0;
    std::size_t doubted = 0;      // newly, or in another version
    std::size_t reversed = 0;     // versions taken that the record had had before
    std::size_t unsteady = 0;     // passed over: bytes that differ in each answer under one `modified`
    std::size_t undoubted = 0;    // doubts that came to an end
    std::size_t quarantined = 0;  // newly, or again with another `modified`
    // The first of these, at most kQuarantinedNamedMax.
    std::vector<std::string> quarantined_ids{};
    // Left quarantine without being taken: denied, or read well in the version held.
    std::size_t released = 0;
    std::uint64_t last_seq = 0;  // of the change log after the commit; 0: it is empty
    bool written = false;        // whether a transaction was committed

    // Whether any row of records, quarantine or doubts was written.
    bool wrote_rows() const { return changes() + quarantined + released + doubted + undoubted > 0; }
    std::size_t changes() const { return created + updated + disabled + deleted + restored; }
    void count(ChangeKind kind);             // one more of it
    void count_quarantined(std::string id);  // likewise
    CommitSummary& operator+=(const CommitSummary& other);
};

}  // namespace carecloud
