// What of ReadDatabase reads records.
#include "store/sqlite/database_guard.hpp"
#include "store/sqlite/read_database.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kDayDigits = 8;

RecordRow row_of(const Statement& statement, int column) {
    RecordRow row{.id = std::string(statement.text(column)),
                  .modified = std::string(statement.text(column + 1)),
                  .hash = statement.hash(column + 2),
                  .seq = static_cast<std::uint64_t>(statement.integer(column + 3)),
                  .body = {}};
    if (!statement.is_null(column + 4)) row.deleted_at = std::string(statement.text(column + 4));
    return row;
}

// "20240301" out of "20240301", "20240301083000" or "2024-03-01"; empty where no day stands there.
std::string day_of(std::string_view text) {
    std::string day;
    for (const char c : text) {
        if (day.size() == kDayDigits) break;
        if (c >= '0' && c <= '9')
            day += c;
        else if (c != '-')
            break;
    }
    return day.size() == kDayDigits ? day : std::string();
}

bool is_since(std::string_view modified, const std::optional<Timestamp>& since) {
    if (!since) return true;
    const auto at = Timestamp::parse(modified);
    return at && *at >= *since;
}

}  // namespace

// While an empty store is filled, a look for an id would read the whole table.
std::optional<Error> ReadDatabase::refuse_unindexed() {
    const Statement::Scope scope(indexed_);
    if (indexed_.step() && indexed_.integer(0) > 0) return std::nullopt;
    return Error{.code = ErrorCode::store_busy,
                 .operation = "read records",
                 .subject = "the store is being filled for the first time, and its index is made at the end",
                 .hint = "ask again when the first pass has ended; changes can be read meanwhile"};
}

Result<std::optional<RecordRow>> ReadDatabase::record(const std::string& stream, const std::string& id) {
    return guarded("read a record of " + stream, path_, [&]() -> Result<std::optional<RecordRow>> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        record_.bind(1, stream);
        record_.bind(2, id);
        const Statement::Scope scope(record_);
        if (!record_.step()) return std::optional<RecordRow>();
        RecordRow row = row_of(record_, 0);
        row.body = record_.text(5);
        return std::optional<RecordRow>(std::move(row));
    });
}

Result<RecordPage> ReadDatabase::records(const RecordFilter& filter) {
    return guarded("read records of " + filter.stream, path_, [&]() -> Result<RecordPage> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        return read_records(filter);
    });
}

RecordPage ReadDatabase::read_records(const RecordFilter& filter) {
    RecordPage page;
    const bool by_days = !filter.start.empty() || !filter.end.empty();
    std::size_t left = by_days ? bounds_.dates_scanned_max : bounds_.scanned_max;
    std::size_t bytes = 0;
    std::string last;
    scan_records_.bind(1, filter.stream);
    scan_records_.bind(2, filter.after);
    const Statement::Scope scope(scan_records_);
    while (scan_records_.step()) {
        if (left == 0 || page.records.size() == filter.limit || bytes >= bounds_.bodies_bytes_max) {
            page.next = last;
            break;
        }
        last = scan_records_.text(1);
        --left;
        const std::int64_t rowid = scan_records_.integer(0);
        RecordRow row = row_of(scan_records_, 1);
        if (row.deleted_at || !is_since(row.modified, filter.modified_since)) continue;
        if (by_days && !overlaps(rowid, filter)) continue;
        body_.bind(1, rowid);
        const Statement::Scope body(body_);
        if (!body_.step()) continue;
        row.body = body_.text(0);
        bytes += row.body.size();
        page.records.push_back(std::move(row));
    }
    return page;
}

// A record with one of the two days is taken to be of that day; one with none lies in no range.
bool ReadDatabase::overlaps(std::int64_t rowid, const RecordFilter& filter) {
    dates_.bind(1, rowid);
    const Statement::Scope scope(dates_);
    if (!dates_.step()) return false;
    std::string start = day_of(dates_.text(0));
    std::string end = day_of(dates_.text(1));
    if (start.empty()) start = end;
    if (end.empty()) end = start;
    if (start.empty()) return false;
    return (filter.end.empty() || start <= filter.end) && (filter.start.empty() || end >= filter.start);
}

}  // namespace carecloud
