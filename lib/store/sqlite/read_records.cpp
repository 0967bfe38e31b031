// The part of ReadDatabase that reads records.
#include "store/read_rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/sqlite/tables.hpp"

#include <utility>

namespace carecloud {
// During the first load of an empty store, a lookup of an id would read the whole table.
std::optional<Error> ReadDatabase::refuse_unindexed() {
    const Statement::Scope scope(indexed_);
    if (indexed_.step() && indexed_.integer(0) > 0) return std::nullopt;
    return Error{.code = ErrorCode::store_busy,
                 .operation = "read records",
                 .subject = "the first load is in progress, and the index is built at its end",
                 .hint = "try again after the first pass; until then, read changes"};
}

Result<std::optional<RecordRow>> ReadDatabase::record(const std::string& stream, const std::string& id) {
    return guarded("read a record of " + stream, path_, [&]() -> Result<std::optional<RecordRow>> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        record_.bind(1, stream);
        record_.bind(2, id);
        const Statement::Scope scope(record_);
        if (!record_.step()) return std::optional<RecordRow>();
        RecordRow row = record_of_row(record_, 0);
        row.body = record_.text(5);
        return std::optional<RecordRow>(std::move(row));
    });
}

Result<RecordPage> ReadDatabase::records(const RecordFilter& filter) {
    return guarded("read records of " + filter.stream, path_, [&]() -> Result<RecordPage> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        if (!filter.modified_since && !filter.days) return list_by_id(filter);
        return list_by_log(filter);
    });
}

RecordPage ReadDatabase::list_by_id(const RecordFilter& filter) {
    RecordList list(bounds_, filter.limit);
    std::string last;
    list_by_id_.bind(1, filter.stream);
    list_by_id_.bind(2, filter.after);
    const Statement::Scope scope(list_by_id_);
    while (list_by_id_.step() && !list.ends_at(last)) {
        last = list_by_id_.text(1);
        list.count_row();
        add(list, list_by_id_);
    }
    return std::move(list.page());
}

Result<RecordPage> ReadDatabase::list_by_log(const RecordFilter& filter) {
    auto first = first_position(filter);
    if (!first) return first.error();
    ListPosition position = *first;
    Statement& scan = filter.modified_since ? list_by_modified_ : list_by_days_;
    RecordList list(bounds_, filter.limit);
    scan.bind(1, filter.stream);
    scan.bind(2, position.number);
    scan.bind(3, position.seq);
    const Statement::Scope scope(scan);
    while (scan.step() && !list.ends_at(position.to_string())) {
        position = {scan.integer(0), scan.integer(1)};
        list.count_row();
        // Most excluded rows are excluded by their first day, which is in the index.
        if (!filter.modified_since && scan.integer(2) > filter.days->last) continue;
        newest_.bind(1, position.seq);
        const Statement::Scope newest(newest_);
        if (newest_.step() && matches(filter, newest_.text(2), days_of_row(newest_, 6))) add(list, newest_);
    }
    return std::move(list.page());
}

// The statement's record, unless the portal no longer has it.
void ReadDatabase::add(RecordList& list, const Statement& found) {
    RecordRow row = record_of_row(found, 1);
    if (row.deleted_at) return;
    body_.bind(1, found.integer(0));
    const Statement::Scope scope(body_);
    if (!body_.step()) return;
    if (body_.text(0) == kNoBody) return;  // erased
    row.body = body_.text(0);
    const std::size_t bytes = row.body.size();
    list.add(std::move(row), bytes);
}

}  // namespace carecloud
