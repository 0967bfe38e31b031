// Converts rows of a store's tables to the Reader's values, the same in every database. Row: see rows.hpp.
#pragma once

#include "store/reader.hpp"
#include "store/version_chain.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace carecloud {

template <class Row>
std::optional<std::string> text_or_none(const Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return std::string(row.text(column));
}

template <class Row>
std::optional<std::string> time_or_none(const Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return row.time_text(column);
}

// `first` is the number of a function's first column.

// Columns: kind, modified, hash, committed_at, of the change `seq`.
template <class Row>
ChainLink link_of_row(const Row& row, int first, std::uint64_t seq) {
    return {.seq = seq,
            .kind = change_kind_from(row.text(first)).value_or(ChangeKind::updated),
            .modified = std::string(row.text(first + 1)),
            .hash = row.hash(first + 2),
            .committed_at = row.time_text(first + 3)};
}

// Columns: seq, stream, id, then those of link_of_row().
template <class Row>
ChangeRow change_of_row(const Row& row, int first) {
    ChainLink link = link_of_row(row, first + 3, row.count(first));
    return {.seq = link.seq,
            .stream = std::string(row.text(first + 1)),
            .id = std::string(row.text(first + 2)),
            .kind = link.kind,
            .modified = std::move(link.modified),
            .hash = link.hash,
            .committed_at = std::move(link.committed_at)};
}

// Columns: id, modified, hash, seq, deleted_at. Does not set the body.
template <class Row>
RecordRow record_of_row(const Row& row, int first) {
    return {.id = std::string(row.text(first)),
            .modified = std::string(row.text(first + 1)),
            .hash = row.hash(first + 2),
            .seq = row.count(first + 3),
            .deleted_at = time_or_none(row, first + 4)};
}

// Columns: start_day, end_day.
template <class Row>
std::optional<DaySpan> days_of_row(const Row& row, int first) {
    if (row.is_null(first + 1)) return std::nullopt;
    return DaySpan{static_cast<std::uint32_t>(row.count(first)),
                   static_cast<std::uint32_t>(row.count(first + 1))};
}

// Columns: day, sign_in, field, was, is_now.
template <class Row>
Difference correction_of_row(const Row& row) {
    return {.day = std::string(row.text(0)),
            .sign_in = std::string(row.text(1)),
            .field = std::string(row.text(2)),
            .was = text_or_none(row, 3),
            .is_now = text_or_none(row, 4)};
}

// Columns: message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, settled_at.
template <class Row>
EventRow event_of_row(const Row& row, int first) {
    const auto text = [&](int column) { return std::string(row.text(first + column)); };
    return {.message_id = text(0),
            .topic_arn = text(1),
            .event_type = text(2),
            .stream = text_or_none(row, first + 3),
            .record_id = text(4),
            .event_time = text(5),
            .received_at = row.time_text(first + 6),
            .state = text(7),
            .settled_at = time_or_none(row, first + 8)};
}

// Columns: stream, id, modified, reason, the number of bytes of the body, attempts, first_at, last_at.
template <class Row>
QuarantineRow quarantine_of_row(const Row& row) {
    return {.stream = std::string(row.text(0)),
            .id = std::string(row.text(1)),
            .modified = std::string(row.text(2)),
            .reason = std::string(row.text(3)),
            .body_bytes = row.count(4),
            .attempts = row.count(5),
            .first_at = row.time_text(6),
            .last_at = row.time_text(7)};
}

}  // namespace carecloud
