// The Reader seam: the content of a store, page by page, for read-only consumers (the API). SQLite in the daemon
// (store/sqlite), on its own connections and threads, so it does not block writers.
//
// Called from the I/O thread only; a call suspends until it has read. Every call is one short read transaction, limited
// by rows and bytes: `next` of a page continues where it ended. Nothing stays pinned between two calls.
//
// Errors of all: store_busy (also during the first load of an empty store, if a call needs its index) store_failed
// store_corrupt; canceled once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/change.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"

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
    std::uint64_t newest_seq = 0;  // ever used; 0: none
    std::vector<ChangeRow> changes{};  // in ascending order of seq
};

struct RecordRow {
    std::string id{};
    std::string modified{};
    Hash hash{};
    std::uint64_t seq = 0;                    // of its last change
    std::optional<std::string> deleted_at{};  // none: the portal has it
    std::string body{};                       // the portal's bytes
};

// The records of a stream, in order of their modified if requested, otherwise of their last day if days are requested,
// otherwise of their ids. Deleted ones are omitted. A record that changes while a list is read appears in it again.
struct RecordFilter {
    std::string stream{};
    std::string after{};                        // a page's `next`; empty: from the beginning
    std::optional<Timestamp> modified_since{};  // and at exactly that instant
    std::optional<DaySpan> days{};  // those whose own days overlap these; a record without days does not
    std::size_t limit = 100;
};

struct RecordPage {
    std::vector<RecordRow> records{};
    // The `after` that goes on; none: the end. There may be few records, or none.
    std::optional<std::string> next{};
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
    std::vector<EventRow> events{};       // the newest first
    std::optional<std::uint64_t> next{};  // the `before` to continue with
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

// A record in quarantine; a page continues after one.
struct QuarantineKey {
    std::string stream{};
    std::string id{};
};

struct QuarantinePage {
    std::vector<QuarantineRow> records{};
    std::optional<QuarantineKey> next{};
};

struct StoreCounts {
    std::string generation{};
    std::uint64_t newest_seq = 0;
    std::uint64_t open_events = 0;
    std::uint64_t quarantined = 0;
    // Records of which an earlier version was shown, until it is known which one is right.
    std::uint64_t doubted = 0;
    std::uint64_t omitted = 0;  // records that listings leave out, until a second look
    RequestCount requests{};    // to the portal in the month that was asked for
    std::vector<StreamState> streams{};
};

class Reader {
  public:
    Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    virtual ~Reader() = default;

    // Those with a seq above `since`, at most `limit`. Also during the first load of an empty store.
    virtual Task<Result<ChangePage>> changes(std::uint64_t since, std::size_t limit) = 0;

    // None: it was never stored.
    virtual Task<Result<std::optional<RecordRow>>> record(std::string stream, std::string id) = 0;
    // Errors: also invalid_argument, if `after` is not a position in such a list.
    virtual Task<Result<RecordPage>> records(RecordFilter filter) = 0;

    // `before`: a page's `next`.
    virtual Task<Result<EventPage>> events(std::optional<EventState> state,
                                           std::optional<std::uint64_t> before, std::size_t limit) = 0;
    virtual Task<Result<QuarantinePage>> quarantine(std::optional<QuarantineKey> after,
                                                    std::size_t limit) = 0;
    // None: no record with that id is in quarantine.
    virtual Task<Result<std::optional<QuarantineRow>>> quarantined(QuarantineKey key) = 0;

    // The stored bounded passes, newest first.
    virtual Task<Result<std::vector<Job>>> passes(std::size_t limit) = 0;
    // None: there is none with that id.
    virtual Task<Result<std::optional<Job>>> pass(std::uint64_t id) = 0;

    // `month` in the format of month_of().
    virtual Task<Result<StoreCounts>> counts(std::string month) = 0;
    // The number of records of the stream that the portal is known to have. It reads through an index: a tenth of a
    // second for a million.
    virtual Task<Result<std::uint64_t>> count_records(std::string stream) = 0;
};

}  // namespace carecloud
