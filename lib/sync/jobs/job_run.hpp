// Shared by backfill and reconciliation: a walk of the portal concurrent with the stream's own, with the dialect that
// the stream has proven, and the pass's row updated with the progress. I/O thread only.
#pragma once

#include "model/job.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/paginator.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// The limits above which a reconciliation requires confirmation before it marks records as deleted, whichever is
// reached first (hazard 21).
struct DeleteGuard {
    double share = 0.05;  // of the stream's records
    std::uint64_t count = 1000;
};

class JobRun {
  public:
    // All of these must outlive it. `spec` may be narrower than the stream's own; its entity is the stream's.
    JobRun(PassContext context, const PassSettings& settings, StreamMemory& memory, Job& row);

    // Loads the stream's row and its dialect. Errors: unknown_dialect() if a backfill has none; a reconciliation begins
    // without one.
    Task<Result<>> open();

    bool has_dialect() const { return has_dialect_; }
    Error unknown_dialect() const;
    const Dialect& dialect() const { return dialect_; }
    // Whether the stream's filter has changed since a whole reconciliation last completed.
    bool filter_changed() const { return filter_changed_; }
    Fetcher& fetcher() { return fetcher_; }
    PassContext& context() { return context_; }
    const PassSettings& settings() const { return settings_; }
    StreamMemory& memory() { return memory_; }
    Job& row() { return row_; }

    // The number of records of `spec` that match the condition; std::nullopt if the portal does not count. 0: the
    // response also contained none.
    Task<Result<std::optional<std::uint64_t>>> count(const StreamSpec& spec, std::string where);

    // Called when a page's records are in the store, with its last key as the position of the walk.
    using PageStored = std::function<Task<Result<>>(const Page& page)>;

    struct WalkEnd {
        std::string
            before{};  // the walk ends with a page that reaches this `modified`; empty: with the last record
        bool seen_empty =
            false;  // an empty response to another query for the same records was the first of two
    };
    // Continues the walk of `spec` to its proven end, reading whole records or keys, and commits new versions. The end
    // is proven by an empty page after a short one, or by two: one may be an erroneously empty or truncated listing
    // (hazards 21 and 32).
    Task<Result<>> walk(const StreamSpec& spec, WalkPtr walk, Reading reading, const PageStored& stored,
                        WalkEnd end);
    // Runs work(0) to work(count - 1), several at once (all_of.hpp): independent parts of the job.
    Task<Result<>> in_lanes(std::size_t count, std::function<Task<Result<>>(std::size_t)> work);
    // Fetches and commits the keys unknown to the store, or all in a deep pass. `dialect`: if it is not the stream's.
    Task<Result<>> take_unknown(std::vector<Key> keys, std::optional<Dialect> dialect = std::nullopt);
    // Fetches and commits these records by id, whatever the store holds of them.
    Task<Result<>> fetch(std::vector<Key> keys);
    // Commits without affecting the cursor.
    Task<Result<std::size_t>> commit(Batch batch) { return committer_.commit(std::move(batch)); }

    // Whether a version older than the one held was received: then every key must be compared (hazard 30).
    bool met_reversal() const { return committer_.summary().doubted + committer_.summary().reversed > 0; }
    // Updates the row with the commits and requests so far.
    void note_progress();
    // Calls note_progress() and stores the row.
    Task<Result<>> save();

  private:
    bool reaches(const Page& page, const std::string& modified) const;

    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Job& row_;
    Job before_;  // the counts of earlier attempts
    Fetcher fetcher_;
    Committer committer_;
    Dialect dialect_;
    bool has_dialect_ = false;
    bool filter_changed_ = false;
};

// Fetches the records of a range of days, month by month (DESIGN.md, hazard 22). Continues from the row's step and
// position, and stores the row after each page and step: a page that was committed but not recorded is read again, and
// no version is stored twice.
Task<Result<>> backfill(JobRun& run);

// Compares a stream with all records of the portal, to find what `modified` cannot show (DESIGN.md, hazards 5, 6 and
// 21, "What is missing"). Missing records are fetched; records that the portal no longer has are marked as deleted once
// two listings and a retrieval by id omit them, and the overlap has passed since their `modified`. If more are gone
// than the guard allows, nothing is marked and the row is `awaiting_confirmation`, unless it has confirm_deletes.
Task<Result<>> reconcile(JobRun& run, const DeleteGuard& guard);

// The results of a walk, as numbers of records.
struct Walked {
    std::uint64_t counted_before = 0;  // by the portal, when the walk began; 0: it does not count
    std::uint64_t invalid = 0;         // found, but not in the store
    std::uint64_t unlisted = 0;        // in the store, but in no listing
    // The same for records that are too young to be judged: they may be gone, or not visible yet.
    std::uint64_t unlisted_young = 0;
};

// Finds records that a reconciliation's walk could not find: if their `modified` or `_id` has another type than the
// others', they silently match no literal of the dialect (hazard 33). The portal's own count shows that such records
// exist, and a walk by `_id`, in each form of an id, finds them.
//
// Counts again after the walk. If the portal still has more records than were found, they are searched by `_id`,
// fetched and stored, and the stream's next pass proves its dialect again; unexplained ones are counted in the row,
// with a warning. The walk is skipped if the number equals the number that the last reconciliation could not explain.
// Nothing is done if the portal does not count.
Task<Result<>> recount(JobRun& run, Walked walked);

// One attempt at the pass, until it completes or the first permanent error; if it completes, the row contains the
// result: done or awaiting_confirmation. After an error it may be run again: a backfill continues where it was, a
// reconciliation restarts. A canceled one ends with ErrorCode::canceled, one with an exception with fault_error(), so
// other passes are not affected.
Task<Result<>> run_bounded(PassContext context, const PassSettings& settings, const DeleteGuard& guard,
                           StreamMemory& memory, Job& row);

}  // namespace carecloud
