// The Reader seam: the content of a store, page by page, for read-only consumers (the API). SQLite or PostgreSQL in the
// daemon (store/sqlite, store/postgres), on separate connections and threads, so it does not block writers.
//
// Called from the I/O thread only; a call suspends until it has read. Every call is one short read transaction, limited
// by rows and bytes: `next` of a page continues where it ended. Nothing stays pinned between two calls.
//
// Errors of all calls: store_busy (also during the first load of an empty SQLite store, if a call needs its index)
// store_failed store_corrupt; canceled once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/change.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "versions/difference.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct ChangeRow {
    std::uint64_t seq = 0;
    std::string stream{};
    std::string id{};
    ChangeKind kind = ChangeKind::created;
    std::string modified{};  // the portal's own text
    Hash hash{};
    std::string committed_at{};
};

struct ChangePage {
    std::string generation{};      // of the store: a different one means a different numbering (hazard 15)
    std::uint64_t newest_seq = 0;  // the highest ever used; 0 if none
    // Up to this seq only the newest change of each record is certain to exist; 0: all changes exist.
    std::uint64_t pruned_to = 0;
    std::vector<ChangeRow> changes{};  // in ascending order of seq
};

struct RecordRow {
    std::string id{};
    std::string modified{};
    Hash hash{};
    std::uint64_t seq = 0;                    // of its last change
    std::optional<std::string> deleted_at{};  // empty while the portal has the record
    std::string body{};                       // the portal's bytes
};

// The records of a stream, in order of their modified if requested, otherwise of their last day if days are requested,
// otherwise of their ids. Deleted ones are omitted. A record that changes while a list is read appears in it again.
struct RecordFilter {
    std::string stream{};
    std::string after{};                        // a page's `next`; empty: from the beginning
    std::optional<Timestamp> modified_since{};  // inclusive
    std::optional<DaySpan> days{};  // records whose days overlap these; records without days never do
    std::size_t limit = 100;
};

struct RecordPage {
    std::vector<RecordRow> records{};
    // The `after` of the next page; std::nullopt at the end. A page before the end may have few records, or none.
    std::optional<std::string> next{};
};

// A version of a record, written by change `seq`.
struct VersionRow {
    std::uint64_t seq = 0;
    ChangeKind kind = ChangeKind::created;
    std::string modified{};
    Hash hash{};
    std::string committed_at{};
    // Whether the body can be read. A former version's body cannot if it was pruned, if it was replaced before the
    // store kept former versions, or if its replacement is the same JSON in another spelling.
    bool kept = false;
    std::vector<Difference> corrections{};  // relative to the previous version
};

struct VersionPage {
    std::vector<VersionRow> versions{};   // newest first
    std::optional<std::uint64_t> next{};  // the `before` of the next page
};

struct VersionBody {
    Hash hash{};
    std::optional<std::string> body{};  // empty if it is not kept
};

struct EventRow {
    std::string message_id{};
    std::string topic_arn{};
    std::string event_type{};
    std::optional<std::string> stream{};
    std::string record_id{};
    std::string event_time{};
    std::string received_at{};
    std::string state{};
    std::optional<std::string> settled_at{};
};

struct EventPage {
    std::vector<EventRow> events{};       // newest first
    std::optional<std::uint64_t> next{};  // the `before` of the next page
};

struct QuarantineRow {
    std::string stream{};
    std::string id{};
    std::string modified{};
    std::string reason{};
    std::uint64_t body_bytes = 0;  // 0: no response could contain it
    std::uint64_t attempts = 0;
    std::string first_at{};
    std::string last_at{};
};

// Identifies a record in quarantine; the next page starts after it.
struct QuarantineKey {
    std::string stream{};
    std::string id{};
};

struct QuarantinePage {
    std::vector<QuarantineRow> records{};
    std::optional<QuarantineKey> next{};
};

// A doubt that is not resolved yet.
struct DoubtRow {
    std::string modified{};  // of the doubted version
    std::string first_seen{};
    std::string ask_at{};  // in the portal's time
};

// A record's events and open questions, apart from its versions.
struct RecordLife {
    bool held = false;               // whether it was ever stored
    std::vector<EventRow> events{};  // that refer to it, oldest first; at most kLifeEventsMax
    std::optional<QuarantineRow> quarantined{};
    std::optional<DoubtRow> doubted{};
    std::optional<std::string> omitted_at{};  // since when listings omit it

    bool is_known() const { return held || quarantined || doubted || omitted_at || !events.empty(); }

    static constexpr std::size_t kLifeEventsMax = 1000;
};

struct StoreCounts {
    std::string generation{};
    std::uint64_t newest_seq = 0;
    std::uint64_t open_events = 0;
    std::uint64_t quarantined = 0;
    // Records of which the portal has shown an earlier version, until it is known which one is right.
    std::uint64_t doubted = 0;
    std::uint64_t omitted = 0;        // records that listings omit, until they are checked
    std::uint64_t versions = 0;       // former versions that are kept
    std::uint64_t version_bytes = 0;  // packed
    RequestCount requests{};          // to the portal in the requested month
    std::vector<StreamState> streams{};
};

class Reader {
  public:
    Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    virtual ~Reader() = default;

    // Returns at most `limit` changes with a seq above `since`. Also works during the first load of an empty store.
    virtual Task<Result<ChangePage>> changes(std::uint64_t since, std::size_t limit) = 0;

    // std::nullopt if it was never stored.
    virtual Task<Result<std::optional<RecordRow>>> record(std::string stream, std::string id) = 0;
    // Errors: also invalid_argument, if `after` is not a position in such a list.
    virtual Task<Result<RecordPage>> records(RecordFilter filter) = 0;

    // A record's history: its changes below `before`. std::nullopt if the record was never stored.
    virtual Task<Result<std::optional<VersionPage>>> versions(std::string stream, std::string id,
                                                              std::optional<std::uint64_t> before,
                                                              std::size_t limit) = 0;
    // std::nullopt if the log has no change of that record with this number. Errors: also store_corrupt, if the kept
    // version is damaged.
    virtual Task<Result<std::optional<VersionBody>>> version(std::string stream, std::string id,
                                                             std::uint64_t seq) = 0;

    // Also works for a record that was never stored. Checks all of the stream's events.
    virtual Task<Result<RecordLife>> life(std::string stream, std::string id) = 0;

    // `before`: a page's `next`.
    virtual Task<Result<EventPage>> events(std::optional<EventState> state,
                                           std::optional<std::uint64_t> before, std::size_t limit) = 0;
    virtual Task<Result<QuarantinePage>> quarantine(std::optional<QuarantineKey> after,
                                                    std::size_t limit) = 0;
    // std::nullopt if no record with that id is in quarantine.
    virtual Task<Result<std::optional<QuarantineRow>>> quarantined(QuarantineKey key) = 0;

    // The stored bounded passes, newest first.
    virtual Task<Result<std::vector<Job>>> passes(std::size_t limit) = 0;
    // std::nullopt if there is no pass with that id.
    virtual Task<Result<std::optional<Job>>> pass(std::uint64_t id) = 0;

    // `month` in the format of month_of().
    virtual Task<Result<StoreCounts>> counts(std::string month) = 0;
    // The number of the stream's records that the portal is known to have. Reads an index: a tenth of a second for a
    // million records.
    virtual Task<Result<std::uint64_t>> count_records(std::string stream) = 0;
};

}  // namespace carecloud
