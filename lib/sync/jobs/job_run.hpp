// What a backfill and a reconciliation have in common: a walk of the portal beside the stream's own, with the dialect
// that the stream has proven, and the pass's row written down as it goes on. I/O thread alone.
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

// When a reconciliation stops and asks before it marks records as deleted, whichever is met first (hazard 21).
struct DeleteGuard {
    double share = 0.05;  // of the stream's records
    std::uint64_t count = 1000;
};

class JobRun {
  public:
    // All of these outlive it. `spec` may be narrower than the stream's own; its entity is the stream's.
    JobRun(PassContext context, const PassSettings& settings, StreamMemory& memory, Job& row);

    // Loads the stream's row and its dialect. Errors: unknown_dialect() if a backfill has none; a reconciliation begins
    // without one.
    Task<Result<>> open();

    bool has_dialect() const { return has_dialect_; }
    Error unknown_dialect() const;
    const Dialect& dialect() const { return dialect_; }
    // Whether the stream's filter changed since a whole reconciliation last came to its end.
    bool filter_changed() const { return filter_changed_; }
    Fetcher& fetcher() { return fetcher_; }
    PassContext& context() { return context_; }
    const PassSettings& settings() const { return settings_; }
    StreamMemory& memory() { return memory_; }
    Job& row() { return row_; }

    // How many records of `spec` fulfill the condition; none if the portal does not count. 0: it showed none, either.
    Task<Result<std::optional<std::uint64_t>>> count(const StreamSpec& spec, std::string where);

    // Called with each page before it is stored; false: this one and what follows are not wanted.
    using PageFilter = std::function<bool(const Page& page)>;
    // Called when a page's records are in the store, with its last key as the walk's position.
    using PageStored = std::function<Task<Result<>>(const Page& page)>;

    // Goes on with the walk of `spec` to its proven end, reading whole records or keys, and commits what is new. The
    // end is proven by an empty page behind a short one, or by two: one may be a listing emptied or cut by mistake
    // (hazards 21 and 32). `seen_empty`: an answer to another question for all of the walk's records was the first of
    // the two.
    Task<Result<>> walk(const StreamSpec& spec, WalkPtr walk, Reading reading, const PageFilter& wanted,
                        const PageStored& stored, bool seen_empty = false);
    // Fetches and commits the keys that the store does not know, or all of a deep pass; `dialect`: not the stream's.
    Task<Result<>> take_unknown(std::vector<Key> keys, std::optional<Dialect> dialect = std::nullopt);
    // Fetches and commits these by their ids, whatever the store has of them.
    Task<Result<>> fetch(std::vector<Key> keys);
    // Commits beside the cursor.
    Task<Result<std::size_t>> commit(Batch batch) { return committer_.commit(std::move(batch)); }

    // Whether a version was met that is older than the one held: every key is to be compared then (hazard 30).
    bool met_reversal() const { return committer_.summary().doubted + committer_.summary().reversed > 0; }
    // Puts into the row what was committed and asked until now.
    void note_progress();
    // Does so and writes it down.
    Task<Result<>> save();

  private:
    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Job& row_;
    Job before_;  // what earlier attempts had counted
    Fetcher fetcher_;
    Committer committer_;
    Dialect dialect_;
    bool has_dialect_ = true;
    bool filter_changed_ = false;
};

// Fetches the records of a range of days, month by month (sync-model, hazard 22). Goes on from the row's step and
// position, and writes the row down after each page and step: a page that was committed and not noted is met again, and
// takes no version twice.
Task<Result<>> backfill(JobRun& run);

// Compares a stream with all that the portal has: what `modified` cannot show (sync-model, hazards 5, 6 and 21,
// "Reconciling cheaply"). What the store lacks is fetched; what the portal has no more is marked as deleted once two
// listings and a retrieval by id deny it, and the overlap has passed since its `modified`. If more are gone than the
// guard lets go, nothing is marked and the row is `awaiting_confirmation`, unless it has confirm_deletes.
Task<Result<>> reconcile(JobRun& run, const DeleteGuard& guard);

// What a walk leaves to be counted. All are numbers of records.
struct Walked {
    std::uint64_t invalid = 0;   // met, and not in the store
    std::uint64_t unlisted = 0;  // in the store, and no listing shows them
    // The same of those that are too young to be gone: they may be gone, or not be visible yet.
    std::uint64_t unlisted_young = 0;
};

// Finds what a reconciliation's walk could not: records whose `modified` or `_id` has another type than the others
// match no literal of the dialect, in silence (hazard 33). The portal's own count shows that there are some, and a walk
// by `_id`, in each form that an id may be written in, meets them.
//
// Counts again, when the walk is over. Where the portal still has more than were met, they are looked for by `_id`,
// fetched and stored, and the stream's dialect is proven again by its next pass; what stays unexplained is noted in the
// row, with a warning. The walk is left out where the number is what the last reconciliation could not explain either.
// Nothing is done where the portal does not count.
Task<Result<>> recount(JobRun& run, Walked walked);

// One attempt at the pass, to its end or the first lasting error; the row says what became of it where it came to an
// end: done or awaiting_confirmation. It may be run again after an error: a backfill goes on where it was, a
// reconciliation begins anew. A canceled one ends by ErrorCode::canceled, one in which something threw by
// fault_error(): it is not to disturb those behind it.
Task<Result<>> run_bounded(PassContext context, const PassSettings& settings, const DeleteGuard& guard,
                           StreamMemory& memory, Job& row);

}  // namespace carecloud
