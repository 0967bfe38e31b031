// The Store seam, and its parts for consumers that need only one of them (JobStore, QuotaStore, DoubtStore): SQLite or
// PostgreSQL in the daemon (store/sqlite, store/postgres), in memory in simulation.
//
// Called from the I/O thread only; a call suspends until it is durable (writes) or read, and its work is done on the
// store's own threads. Writes are executed in the order of the calls. Canceling the waiting coroutine does not stop a
// write that was begun: the call still ends with its true outcome.
//
// Errors of all calls: store_busy store_full store_failed store_corrupt; canceled once closed. After any error nothing
// of the call is in the store, unless only the result of the commit was lost: callers repeat the call, and versions
// already held write nothing.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "store/leases.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Selects a stream's records that the portal is known to have, in order of (`modified`, id) as texts.
struct LiveRange {
    std::string stream{};
    std::optional<Cursor> after{};  // strictly after this key; only its texts are used
    std::size_t skip = 0;           // number of skipped records
    std::size_t limit = 1000;
};

// Ids of a stream to request again.
struct Rechecks {
    std::vector<Doubt> doubted{};     // the next due one first
    std::vector<Omission> omitted{};  // the longest waiting first
    // When a record last reverted to an earlier version, in the store's time.
    std::optional<Timestamp> reversed_at{};
};

// The bounded passes, as requested and with their progress, and the start of their intervals.
class JobStore {
  public:
    JobStore() = default;
    JobStore(const JobStore&) = delete;
    JobStore& operator=(const JobStore&) = delete;
    virtual ~JobStore() = default;

    // Stores a pass: as a new row if its id is 0, otherwise in the row with that id. Returns the id. Deletes rows that
    // are neither open nor among the newest kPassesKept.
    virtual Task<Result<std::uint64_t>> save_pass(Job pass) = 0;
    // All stored passes, in ascending order of id.
    virtual Task<Result<std::vector<Job>>> passes() = 0;

    // When each stream completed its first pass, by stream; streams without one are omitted.
    virtual Task<Result<std::map<std::string, Timestamp>>> first_passes() = 0;
    // Records that the stream has completed its first pass now, and does the work that the store postponed during first
    // loads. Keeps an earlier time.
    virtual Task<Result<>> note_first_pass(std::string stream) = 0;

    static constexpr std::size_t kPassesKept = 1000;
};

// The requests to the portal by month, written only by the RateLimiter.
class QuotaStore {
  public:
    QuotaStore() = default;
    QuotaStore(const QuotaStore&) = delete;
    QuotaStore& operator=(const QuotaStore&) = delete;
    virtual ~QuotaStore() = default;

    // `month`: "2024-03". Zeros if no requests were counted.
    virtual Task<Result<RequestCount>> requests(std::string month) = 0;
    virtual Task<Result<>> save_requests(std::string month, RequestCount count) = 0;
};

// Doubted records, and records omitted by listings.
class DoubtStore {
  public:
    DoubtStore() = default;
    DoubtStore(const DoubtStore&) = delete;
    DoubtStore& operator=(const DoubtStore&) = delete;
    virtual ~DoubtStore() = default;

    // Returns at most `limit` of each.
    virtual Task<Result<Rechecks>> rechecks(std::string stream, std::size_t limit) = 0;
};

// The records and the streams' state, for the engine, with its jobs and its quota, which are in the same database.
class Store : public JobStore, public QuotaStore, public DoubtStore {
  public:
    // From the next call on, every transaction that the engine writes is checked against this fence, within the
    // transaction: commit(), save_pass(), note_first_pass(), save_requests(), and in the same database Inbox::settle()
    // and Peers::answer(). A call whose fence no longer holds writes nothing and fails with store_lost. Earlier calls
    // keep the fence with which they were made. std::nullopt: nothing is checked, for stores that only one daemon can
    // open.
    //
    // A fence that differs from the previous one begins a new run of the engine. Another daemon may have committed in
    // the meantime, so everything that this object remembers of the store's content or of the portal's answers
    // (AnswerLog) is discarded.
    virtual void set_fence(std::optional<Fence> fence) = 0;

    // The stream's row; none if the stream never committed.
    virtual Task<Result<std::optional<StreamState>>> load_stream(std::string stream) = 0;

    // Writes records, change log, quarantine, doubts and the stream's row in one transaction (promise 3). The rule in
    // model/change.hpp decides whether a record of the page is taken or doubted; a taken record is removed from
    // quarantine. An invalid record already in quarantine with the same `modified` and reason writes nothing; an
    // unreachable one counts as another attempt each time.
    virtual Task<Result<CommitSummary>> commit(Batch batch) = 0;

    // Returns the indices into `keys`, in ascending order, of versions that the store neither holds nor has in
    // quarantine or doubts with that `modified`. Keys held as deleted are unknown.
    virtual Task<Result<std::vector<std::size_t>>> unknown(std::string stream, std::vector<Key> keys) = 0;

    // Returns what the store has of each of these records, in order; std::nullopt if a record was never stored.
    virtual Task<Result<std::vector<std::optional<HeldRecord>>>> held(std::string stream,
                                                                      std::vector<std::string> ids) = 0;

    // Records in quarantine to try again at `now`: those without a body, which no response contained, and which a
    // smaller response or a larger limit may contain now; and those that were not valid JSON but have an id. The time
    // between two attempts is an hour, with two exceptions: a day after kHourlyAttempts of a record that was not valid
    // JSON; and kSoon after the first kSoonAttempts of one without a body, because the refusal may have been temporary.
    // Oldest attempt first, at most `limit`.
    virtual Task<Result<std::vector<Key>>> untried(std::string stream, Timestamp now, std::size_t limit) = 0;

    // The keys in the range.
    virtual Task<Result<std::vector<Key>>> live(LiveRange range) = 0;
    // The number of the stream's records whose `modified` is not less than this text; empty: all. Excludes deleted
    // ones.
    virtual Task<Result<std::uint64_t>> count_live(std::string stream, std::string modified_from) = 0;

    static constexpr std::int64_t kSoonAttempts = 3;
    static constexpr Duration kSoon = std::chrono::seconds(10);
    static constexpr std::int64_t kHourlyAttempts = 24;
};

// Checks of what the two sides of the Store seam guarantee each other, whatever the portal sent. A violation is a bug
// in this program, and terminates it before anything is committed or used (base/ensure.hpp). Pure.

// Checks an argument.
void ensure_batch(const Batch& batch);

// Check results: at most as many as requested, strictly after the given key, in ascending order of (`modified`, id) as
// texts.
void ensure_live(const LiveRange& range, const std::vector<Key>& keys);
void ensure_rechecks(const Rechecks& rechecks, std::size_t limit);
// Checks the summary of a commit. `before`: the highest number of the change log before it. Each change has one number.
void ensure_summary(const CommitSummary& summary, std::uint64_t before);

}  // namespace carecloud
