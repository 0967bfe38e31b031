// The part of PgReadDatabase that reads records.
#include "store/archive_thread.hpp"
#include "store/postgres/pg_read_database.hpp"
#include "store/postgres/read_queries.hpp"
#include "store/postgres/snapshot.hpp"
#include "store/read_rows.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// The number of rows read at a time: usually a whole page, and one more row that shows whether there are more.
std::int64_t rows_at_once(std::size_t limit) {
    return static_cast<std::int64_t>(std::clamp<std::size_t>(limit + 1, 20, 1000));
}

// Columns: id, modified, hash, seq, deleted_at, the body's bytes, whether it is erased. Adds nothing if there is no
// such record, its body is erased, or the portal no longer has it.
void add(RecordList& list, const PgRow& row, int first) {
    if (row.is_null(first) || row.flag(first + 6)) return;
    RecordRow record = record_of_row(row, first);
    if (!record.deleted_at) list.add(std::move(record), row.count(first + 5));
}

void read_bodies(PgConnection& db, const std::string& stream, std::vector<RecordRow>& records) {
    std::vector<std::string_view> ids;
    std::map<std::string_view, RecordRow*> by_id;
    for (RecordRow& record : records) {
        ids.push_back(record.id);
        by_id.emplace(record.id, &record);
    }
    for (const PgRow row : db.query(pg_queries::kBodies, stream, PgTexts{ids}))
        by_id.at(row.text(0))->body = row.text(1);
}

void list_by_id(PgConnection& db, const RecordFilter& filter, RecordList& list) {
    std::string last = pg_text(filter.after);
    const std::int64_t at_once = rows_at_once(filter.limit);
    for (bool more = true; more;) {
        const PgRows rows = db.query(pg_queries::kListById, filter.stream, last, kNoBody, at_once);
        more = rows.size() == static_cast<std::size_t>(at_once);
        for (const PgRow row : rows) {
            if (list.ends_at(last)) return;
            last = row.text(0);
            list.count_row();
            add(list, row, 0);
        }
    }
}

PgRows read_log(PgConnection& db, const RecordFilter& filter, const ListPosition& after,
                std::int64_t at_once) {
    PgParams params(filter.stream, after.number, kNoBody, at_once, after.seq);
    if (filter.modified_since) return db.run(pg_queries::kListByModified, params);
    params.add(static_cast<std::int64_t>(filter.days->last));
    return db.run(pg_queries::kListByDays, params);
}

void list_by_log(PgConnection& db, const RecordFilter& filter, ListPosition position, RecordList& list) {
    const std::int64_t at_once = rows_at_once(filter.limit);
    for (bool more = true; more;) {
        const PgRows rows = read_log(db, filter, position, at_once);
        more = rows.size() == static_cast<std::size_t>(at_once);
        for (const PgRow row : rows) {
            if (list.ends_at(position.to_string())) return;
            position = {row.number(0), row.number(1)};
            list.count_row();
            if (matches(filter, row.text(3), days_of_row(row, 9))) add(list, row, 2);
        }
    }
}

}  // namespace

Result<std::optional<RecordRow>> PgReadDatabase::record(const std::string& stream, const std::string& id) {
    if (!is_pg_text(id)) return std::optional<RecordRow>();
    return link_.run<std::optional<RecordRow>>(
        "read a record of " + stream, [&](PgConnection& db) -> Result<std::optional<RecordRow>> {
            const PgRows found = db.query(pg_queries::kRecord, stream, id);
            if (found.empty()) return std::optional<RecordRow>();
            RecordRow row = record_of_row(found[0], 0);
            row.body = found[0].text(5);
            return std::optional(std::move(row));
        });
}

Result<RecordPage> PgReadDatabase::records(const RecordFilter& filter) {
    const bool by_log = filter.modified_since || filter.days;
    ListPosition position;
    if (by_log) {
        const auto first = first_position(filter);
        if (!first) return first.error();
        position = *first;
    }
    return link_.run<RecordPage>("read records of " + filter.stream,
                                 [&](PgConnection& db) -> Result<RecordPage> {
                                     RecordList list(bounds_, filter.limit);
                                     const PgSnapshot snapshot(db);
                                     if (by_log)
                                         list_by_log(db, filter, position, list);
                                     else
                                         list_by_id(db, filter, list);
                                     read_bodies(db, filter.stream, list.page().records);
                                     return std::move(list.page());
                                 });
}

}  // namespace carecloud
