// Converts rows of a store's tables to values, the same in every database. A Row is the database's class for a result
// row, whose columns are read by number: text(), number(), count(), flag(), is_null() and time_text().
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

inline constexpr std::string_view kPassColumns =
    "pass, kind, stream, state, scheduled, deep, whole, confirm_deletes, first_day, last_day, "
    "position_modified, position_id, steps, steps_done, records, expected, missing, changed, gone, deleted, "
    "requests, error, hint, wished_at, started_at, updated_at, holes, awaiting, reason, unexplained, ranges";

// Reads a row of `SELECT kPassColumns`. A row whose kind or state is unknown to this version becomes a failed pass
// whose error states that, so it does not delay other passes.
template <class Row>
Job job_of_row(const Row& row) {
    const auto text = [&](int column) { return std::string(row.text(column)); };
    const auto kind = job_kind_from(row.text(1));
    const auto status = job_status_from(row.text(3));
    if (!kind || !status) {
        return {.id = row.count(0),
                .stream = text(2),
                .status = JobStatus::failed,
                .error = "kind '" + text(1) + "' and state '" + text(3) + "' are not known to this version",
                .hint = "delete the row from passes, or upgrade",
                .updated_at = row.time_text(25)};
    }
    Job pass{.id = row.count(0),
             .kind = *kind,
             .stream = text(2),
             .status = *status,
             .scheduled = row.flag(4),
             .reason = text(28),
             .deep = row.flag(5),
             .whole = row.flag(6),
             .confirm_deletes = row.flag(7),
             .first_day = text(8),
             .last_day = text(9),
             .ranges = text(30),
             .steps = row.count(12),
             .steps_done = row.count(13),
             .records = row.count(14),
             .missing = row.count(16),
             .changed = row.count(17),
             .gone = row.count(18),
             .deleted = row.count(19),
             .holes = row.count(26),
             .awaiting = row.count(27),
             .unexplained = row.count(29),
             .requests = row.count(20),
             .error = text(21),
             .hint = text(22),
             .requested_at = row.time_text(23),
             .started_at = row.time_text(24),
             .updated_at = row.time_text(25)};
    if (!row.is_null(10))
        pass.position = Cursor{text(10), Timestamp::parse(row.text(10)).value_or(Timestamp{}), text(11)};
    if (!row.is_null(15)) pass.expected = row.count(15);
    return pass;
}

inline constexpr std::string_view kStreamColumns =
    "entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, updated_at, portal_time, "
    "reconciled_fingerprint, ranges";

// The error of load_stream() if a stored time is not a timestamp.
inline Error damaged_stream(const std::string& stream, const std::string& column) {
    return {
        .code = ErrorCode::store_corrupt,
        .operation = "load stream " + stream,
        .subject = "streams." + column + " is not a timestamp",
        .hint = "restore the row from a backup, or delete it; the stream then restarts from the beginning"};
}

// Reads a row of `SELECT kStreamColumns`. Errors: store_corrupt if a stored time cannot be parsed.
template <class Row>
Result<std::optional<StreamState>> stream_of_row(const Row& row, const std::string& stream) {
    const auto text = [&](int column) { return std::string(row.text(column)); };
    StreamState state;
    state.stream = stream;
    state.entity = text(0);
    state.fingerprint = text(1);
    state.dialect = text(5);
    state.updated_at = row.time_text(6);
    state.reconciled_fingerprint = text(8);
    state.ranges = text(9);
    if (!row.is_null(2)) {
        const auto modified = Timestamp::parse(row.text(2));
        if (!modified) return damaged_stream(stream, "cursor_modified");
        state.cursor = Cursor{.modified_text = text(2), .modified = *modified, .id = text(3)};
    }
    if (!row.is_null(4)) {
        const auto modified = Timestamp::parse(row.text(4));
        if (!modified) return damaged_stream(stream, "safe_modified");
        state.safe = SafePoint{.modified_text = text(4), .modified = *modified};
    }
    if (!row.is_null(7)) state.portal_time = Timestamp::parse(row.text(7));
    return std::optional<StreamState>(std::move(state));
}

// Columns: message_id, record_id, event_time, held_seq.
template <class Row>
OpenEvent open_event_of_row(const Row& row) {
    return {.message_id = std::string(row.text(0)),
            .record_id = std::string(row.text(1)),
            .event_time = Timestamp::parse(row.text(2)),
            .held_seq = row.count(3)};
}

// Columns: topic_arn, state, subscription_arn, changed_at. A state unknown to this version was written by a newer
// version: it counts as pending until the row is updated.
template <class Row>
Subscription subscription_of_row(const Row& row) {
    return {.topic_arn = std::string(row.text(0)),
            .state = subscription_state_from(row.text(1)).value_or(SubscriptionState::pending),
            .subscription_arn = std::string(row.text(2)),
            .changed_at = row.time_text(3)};
}

// Columns: id, modified. A `modified` that is not a timestamp counts as the earliest.
template <class Row>
Key key_of_row(const Row& row) {
    Key key{std::string(row.text(0)), std::string(row.text(1)), {}};
    key.modified = Timestamp::parse(key.modified_text).value_or(Timestamp{});
    return key;
}

// Columns: id, modified, ask_at.
template <class Row>
Doubt doubt_of_row(const Row& row) {
    return {.key = key_of_row(row), .ask_at = Timestamp::parse(row.text(2)).value_or(Timestamp{})};
}

}  // namespace carecloud
