// What one commit carries: a page's records, what is strange among them, and where the stream stands
// afterwards.
#pragma once

#include "core/change.hpp"
#include "core/error.hpp"
#include "core/page.hpp"
#include "core/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct Batch {
    std::string stream{};
    PagePtr page{};  // its records and strange ones are all stored; null where only the state moves
    // The stream's row afterwards, committed with the records. None for a bounded fetch (by id, by date),
    // which never touches a cursor (hazard 22).
    std::optional<StreamState> state{};
    // Records known by key alone that no answer could carry (hazard 8), to quarantine. Bodies are empty.
    std::vector<StrangeRecord> unreachable{};
    // Records that the portal has no more (hazard 5): marked as deleted, each that is held in exactly this version.
    std::vector<Key> gone{};
    // Ids in quarantine that the portal denies or the stream's filter leaves out: they leave it.
    std::vector<std::string> released{};
    // The stream's walk has come to the portal's end for the first time in this life of the process: what a store puts
    // off while it is being filled is done with this commit.
    bool walk_ended = false;
};

// Why no store takes the batch (invalid_argument): it carries another stream's state.
std::optional<Error> refuse(const Batch& batch);

inline constexpr std::size_t kQuarantinedToldMax = 20;

// What a commit did. Where nothing was new and the state stood still, nothing is written at all.
struct CommitSummary {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t disabled = 0;
    std::size_t deleted = 0;
    std::size_t restored = 0;
    std::size_t unchanged = 0;
    std::size_t stale = 0;
    std::size_t quarantined = 0;  // newly, or again with another `modified`
    // The first of these, at most kQuarantinedToldMax.
    std::vector<std::string> quarantined_ids{};
    // Left quarantine without being taken: denied, or read well in the version held.
    std::size_t released = 0;
    std::uint64_t last_seq = 0;  // of the change log after the commit; 0: it is empty
    bool written = false;        // whether a transaction was committed

    std::size_t changes() const { return created + updated + disabled + deleted + restored; }
    void count(ChangeKind kind);             // one more of it
    void count_quarantined(std::string id);  // likewise
    CommitSummary& operator+=(const CommitSummary& other);
};

}  // namespace carecloud
