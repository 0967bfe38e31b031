#include "contract/read_postgres.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"
#include "store/rows.hpp"
#include "versions/packed_body.hpp"

#include <map>
#include <stdexcept>

namespace carecloud {
namespace {

void read_records(PgConnection& db, StoreContent& content) {
    for (const PgRow row :
         db.query("SELECT stream, id, modified, hash, seq, deleted_at, body, kind FROM records")) {
        StoreContent::Held& held = content.records[{std::string(row.text(0)), std::string(row.text(1))}];
        held = {std::string(row.text(2)), row.hash(3), row.count(4), std::nullopt, std::string(row.text(6))};
        if (!row.is_null(5)) held.deleted_at = row.time_text(5);
        const PgRows change = db.query("SELECT kind FROM changes WHERE seq = $1", held.seq);
        if (change.empty() || change[0].text(0) != row.text(7))
            throw std::runtime_error("records.kind is not that of the last change");
    }
    for (const PgRow row :
         db.query("SELECT seq, stream, id, kind, modified, hash, committed_at, previous, reversal"
                  " FROM changes ORDER BY seq")) {
        content.changes.push_back({row.count(0), std::string(row.text(1)), std::string(row.text(2)),
                                   change_kind_from(row.text(3)).value(), std::string(row.text(4)),
                                   row.hash(5), row.time_text(6), row.is_null(7) ? 0 : row.count(7),
                                   row.is_null(8) ? 0 : row.count(8)});
    }
    const std::uint64_t head = db.query("SELECT seq FROM change_head")[0].count(0);
    if (!content.changes.empty() && head != content.changes.back().seq)
        throw std::runtime_error("change_head is not the newest change");
}

// Requires that the records have been read.
void read_versions(PgConnection& db, StoreContent& content) {
    std::map<StoreContent::RecordId, BodyUnpacker> unpackers;
    std::int64_t bytes = 0;
    for (const PgRow row :
         db.query("SELECT seq, stream, id, modified, hash, bytes, body FROM versions ORDER BY seq DESC")) {
        const StoreContent::RecordId key{std::string(row.text(1)), std::string(row.text(2))};
        BodyUnpacker& unpacker = unpackers.try_emplace(key, content.records.at(key).body).first->second;
        const auto body = unpacker.unpack(row.text(6), {.hash = row.hash(4), .bytes = row.count(5)});
        if (!body)
            throw std::runtime_error("version " + std::to_string(row.count(0)) + " cannot be unpacked");
        content.versions[row.count(0)] = {key.first, key.second, std::string(row.text(3)), row.hash(4),
                                          *body};
        bytes += static_cast<std::int64_t>(row.text(6).size());
    }
    const PgRows totals = db.query("SELECT versions, bytes FROM version_totals");
    if (totals[0].count(0) != content.versions.size() || totals[0].number(1) != bytes)
        throw std::runtime_error("version_totals is wrong");
    const auto optional = [](const PgRow& row, int column) {
        return row.is_null(column) ? std::nullopt : std::optional(std::string(row.text(column)));
    };
    for (const PgRow row :
         db.query("SELECT seq, day, sign_in, field, was, is_now FROM corrections ORDER BY seq, n")) {
        content.corrections[row.count(0)].push_back({std::string(row.text(1)), std::string(row.text(2)),
                                                     std::string(row.text(3)), optional(row, 4),
                                                     optional(row, 5)});
    }
}

void read_rechecks(PgConnection& db, StoreContent& content) {
    for (const PgRow row : db.query("SELECT stream, id, modified, reason, body, attempts, first_at, last_at"
                                    " FROM quarantine")) {
        content.quarantine[{std::string(row.text(0)), std::string(row.text(1))}] = {
            std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)), row.count(5),
            row.time_text(6),         row.time_text(7)};
    }
    for (const PgRow row :
         db.query("SELECT stream, id, modified, hash, first_seen, ask_at, reversals FROM doubted")) {
        content.doubted[{std::string(row.text(0)), std::string(row.text(1))}] = {
            std::string(row.text(2)), row.hash(3), std::string(row.text(4)), std::string(row.text(5)),
            row.count(6)};
    }
    for (const PgRow row : db.query("SELECT stream, id, first_at, filter_changed FROM omitted")) {
        content.omitted[{std::string(row.text(0)), std::string(row.text(1))}] = {std::string(row.text(2)),
                                                                                 row.flag(3)};
    }
}

void read_rest(PgConnection& db, StoreContent& content) {
    for (const PgRow row : db.query("SELECT " + std::string(kStreamColumns) + ", stream FROM streams")) {
        const std::string stream(row.text(10));
        content.streams[stream] = *stream_of_row(row, stream).value();
    }
    for (const PgRow row : db.query("SELECT " + std::string(kPassColumns) + " FROM passes"))
        content.passes[row.count(0)] = job_of_row(row);
    for (const PgRow row :
         db.query("SELECT month, sent, reserved FROM quota WHERE requests = sent + reserved"))
        content.quota[std::string(row.text(0))] = {.sent = row.count(1), .reserved = row.count(2)};
    for (const PgRow row : db.query("SELECT stream, ended_at FROM first_passes"))
        content.first_passes[std::string(row.text(0))] = row.time_text(1);
}

}  // namespace

StoreContent read_postgres(const PostgresSettings& settings) {
    const auto db = open_session(settings);
    db->script("BEGIN ISOLATION LEVEL REPEATABLE READ");
    StoreContent content;
    read_records(*db, content);
    read_versions(*db, content);
    read_rechecks(*db, content);
    read_rest(*db, content);
    return content;
}

InboxContent read_postgres_inbox(const PostgresSettings& settings) {
    const auto db = open_session(settings);
    InboxContent content;
    for (const PgRow row :
         db->query("SELECT message_id, state, record_id, received_at, body, held_seq FROM events")) {
        const std::string held_seq = std::to_string(row.is_null(5) ? 0 : row.count(5));
        content.events[std::string(row.text(0))] = std::string(row.text(1)) + " " + std::string(row.text(2)) +
                                                   " " + held_seq + " " + row.time_text(3) + " " +
                                                   std::string(row.text(4));
    }
    for (const PgRow row : db->query("SELECT topic_arn, state, subscription_arn FROM subscriptions"))
        content.subscriptions[std::string(row.text(0))] =
            std::string(row.text(1)) + " " + std::string(row.text(2));
    return content;
}

}  // namespace carecloud
