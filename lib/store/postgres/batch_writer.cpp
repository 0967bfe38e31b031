#include "store/postgres/batch_writer.hpp"

#include "base/readable_json.hpp"
#include "store/postgres/copy.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr PgSql kTakeNumbers{"take_numbers", "UPDATE change_head SET seq = seq + $1 RETURNING seq"};
constexpr PgSql kUpdateRecord{"update_record",
                              "UPDATE records SET modified = $4, hash = $5, seq = $6, kind = $7, deleted_at "
                              "= $8, body = $9, readable = $10"
                              " WHERE stream = $1 AND id = $2 AND seq = $3"};
constexpr PgSql kMarkDeleted{"mark_deleted",
                             "UPDATE records SET seq = $4, kind = 'deleted', deleted_at = $5"
                             " WHERE stream = $1 AND id = $2 AND seq = $3"};
constexpr PgSql kPutQuarantine{
    "put_quarantine",
    "INSERT INTO quarantine (stream, id, modified, reason, body, attempts, first_at, last_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (stream, id) DO UPDATE SET modified = "
    "excluded.modified,"
    " reason = excluded.reason, body = excluded.body, attempts = excluded.attempts, first_at = "
    "excluded.first_at,"
    " last_at = excluded.last_at"};
constexpr PgSql kRemoveQuarantine{"remove_quarantine",
                                  "DELETE FROM quarantine WHERE stream = $1 AND id = $2"};
constexpr PgSql kPutDoubt{"put_doubt",
                          "INSERT INTO doubted (stream, id, modified, hash, first_seen, ask_at, reversals)"
                          " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (stream, id) DO UPDATE SET "
                          "modified = excluded.modified,"
                          " hash = excluded.hash, first_seen = excluded.first_seen, ask_at = excluded.ask_at,"
                          " reversals = excluded.reversals"};
constexpr PgSql kRemoveDoubt{"remove_doubt", "DELETE FROM doubted WHERE stream = $1 AND id = $2"};
constexpr PgSql kPutOmitted{
    "put_omitted",
    "INSERT INTO omitted (stream, id, first_at, filter_changed) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (stream, id) DO NOTHING"};
constexpr PgSql kRemoveOmitted{"remove_omitted", "DELETE FROM omitted WHERE stream = $1 AND id = $2"};
constexpr PgSql kPutStream{
    "put_stream",
    "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, "
    "updated_at,"
    " portal_time, reconciled_fingerprint, ranges) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT (stream) DO UPDATE SET entity = excluded.entity, fingerprint = excluded.fingerprint,"
    " cursor_modified = excluded.cursor_modified, cursor_id = excluded.cursor_id,"
    " safe_modified = excluded.safe_modified, dialect = excluded.dialect, updated_at = excluded.updated_at,"
    " portal_time = excluded.portal_time, reconciled_fingerprint = excluded.reconciled_fingerprint,"
    " ranges = excluded.ranges"};
constexpr PgSql kNotify{"notify", "SELECT pg_notify($1, '')"};

// Calls `put` for each changed row that exists and `remove` for each that was removed, once per id.
template <class Row, class Put, class Remove>
void add_rows(const TableRows<Row>& rows, Put put, Remove remove) {
    TextMap<bool> done;
    for (const std::string& id : rows.changed) {
        if (!done.try_emplace(id, true).second) continue;
        const std::optional<Row>& row = rows.by_id.at(id);
        if (row)
            put(id, *row);
        else
            remove(id);
    }
}

}  // namespace

std::uint64_t BatchWriter::write(BatchVersions& versions, const std::string& channel) {
    const std::size_t count = plan_.changes().size();
    // The commits of all daemons wait for this row's lock, which is held until the commit.
    const std::uint64_t newest = count > 0 ? take_numbers() : rows_.seq;
    if (count > 0) {
        copy_records();
        copy_changes();
        versions.copy(batch_.stream, base_);
    }
    PgPipeline pipeline(db_);
    add_updates(pipeline);
    const std::size_t updates = pipeline.size();
    versions.add_updates(pipeline);
    add_quarantine(pipeline);
    add_rechecks(pipeline);
    if (plan_.is_stream_changed()) add_stream(pipeline);
    if (count > 0) pipeline.add(kNotify, channel);
    const std::vector<PgRows> results = pipeline.finish();
    // Each update is conditional on the seq that was read.
    for (std::size_t i = 0; i < updates; ++i) {
        if (results[i].affected() != 1)
            throw PgError(PgError::Kind::refused, "40001", "another program has changed a record meanwhile");
    }
    return newest;
}

std::uint64_t BatchWriter::take_numbers() {
    const std::uint64_t count = plan_.changes().size();
    const PgRows head = db_.query(kTakeNumbers, count);
    if (head.empty()) throw PgError(PgError::Kind::refused, "XX001", "the table change_head has no row");
    base_ = head[0].count(0) - count;
    return head[0].count(0);
}

void BatchWriter::copy_records() {
    std::optional<PgCopy> copy;
    for (const std::string_view id : plan_.changed_records()) {
        const BatchRecord& row = rows_.records.find(id)->second;
        if (row.stored_seq > 0) continue;
        if (!copy) {
            copy.emplace(db_,
                         "COPY records (stream, id, modified, hash, seq, kind, deleted_at, body, readable)"
                         " FROM STDIN BINARY");
        }
        copy->row(9);
        copy->field(batch_.stream);
        copy->field(id);
        copy->field(row.modified_text);
        copy->field(row.change.version.hash);
        copy->field(final_seq(row.change.seq, base_));
        copy->field(to_string(row.change.version.last_change));
        copy->field(row.deleted ? std::optional(at_) : std::nullopt);
        copy->field(row.newest->body);
        copy->field(readable_json(row.newest->body));
    }
    if (copy) copy->end();
}

void BatchWriter::copy_changes() {
    PgCopy copy(
        db_,
        "COPY changes (seq, stream, id, kind, modified, hash, committed_at, modified_s, start_day, end_day,"
        " previous, reversal) FROM STDIN BINARY");
    const auto unless_zero = [](std::uint64_t number) {
        return number > 0 ? std::optional(number) : std::nullopt;
    };
    for (const PlannedChange& change : plan_.changes()) {
        copy.row(12);
        copy.field(final_seq(change.seq, base_));
        copy.field(batch_.stream);
        copy.field(change.id);
        copy.field(to_string(change.kind));
        copy.field(change.modified_text);
        copy.field(change.hash);
        copy.field(at_);
        copy.field(change.modified.seconds());
        const auto day = [&](std::uint32_t number) { return static_cast<std::int32_t>(number); };
        copy.field(change.days ? std::optional(day(change.days->first)) : std::nullopt);
        copy.field(change.days ? std::optional(day(change.days->last)) : std::nullopt);
        copy.field(unless_zero(final_seq(change.previous, base_)));
        copy.field(unless_zero(change.reversal));
    }
    copy.end();
}

void BatchWriter::add_updates(PgPipeline& pipeline) {
    for (const std::string_view id : plan_.changed_records()) {
        const BatchRecord& row = rows_.records.find(id)->second;
        if (row.stored_seq > 0) add_update(pipeline, id, row);
    }
}

void BatchWriter::add_update(PgPipeline& pipeline, std::string_view id, const BatchRecord& row) {
    const std::uint64_t seq = final_seq(row.change.seq, base_);
    if (!row.newest) {
        pipeline.add(kMarkDeleted, batch_.stream, id, row.stored_seq, seq, at_);
        return;
    }
    pipeline.add(kUpdateRecord, batch_.stream, id, row.stored_seq, row.modified_text, row.change.version.hash,
                 seq, to_string(row.change.version.last_change),
                 row.deleted ? std::optional(at_) : std::nullopt, row.newest->body,
                 readable_json(row.newest->body));
}

void BatchWriter::add_quarantine(PgPipeline& pipeline) {
    add_rows(
        rows_.quarantine,
        [&](const std::string& id, const BatchQuarantine& row) {
            pipeline.add(kPutQuarantine, batch_.stream, id, row.modified, row.reason, PgBytes{row.body},
                         row.attempts, row.first_at, at_);
        },
        [&](const std::string& id) { pipeline.add(kRemoveQuarantine, batch_.stream, id); });
}

void BatchWriter::add_rechecks(PgPipeline& pipeline) {
    add_rows(
        rows_.doubts,
        [&](const std::string& id, const BatchDoubt& row) {
            pipeline.add(kPutDoubt, batch_.stream, id, row.modified, row.hash, row.first_seen,
                         row.ask_at.to_string(), row.reversals);
        },
        [&](const std::string& id) { pipeline.add(kRemoveDoubt, batch_.stream, id); });
    add_rows(
        rows_.omitted,
        [&](const std::string& id, const Omission& omission) {
            pipeline.add(kPutOmitted, batch_.stream, id, omission.first_at.to_string(),
                         omission.filter_changed);
        },
        [&](const std::string& id) { pipeline.add(kRemoveOmitted, batch_.stream, id); });
}

void BatchWriter::add_stream(PgPipeline& pipeline) {
    const StreamState& state = *rows_.stream;
    const auto text = [](const auto& part, auto member) {
        return part ? std::optional<std::string>((*part).*member) : std::nullopt;
    };
    const auto portal_time = state.portal_time ? std::optional(state.portal_time->to_string()) : std::nullopt;
    // Only a state counts as progress of the stream; a whole reconciliation does not.
    const Timestamp updated_at = batch_.state ? at_ : Timestamp::parse(state.updated_at).value_or(at_);
    pipeline.add(kPutStream, batch_.stream, state.entity, state.fingerprint,
                 text(state.cursor, &Cursor::modified_text), text(state.cursor, &Cursor::id),
                 text(state.safe, &SafePoint::modified_text), state.dialect, updated_at, portal_time,
                 state.reconciled_fingerprint, state.ranges);
}

}  // namespace carecloud
