// The part of ReadDatabase that reads records.
#include "store/sqlite/connection.hpp"
#include "store/sqlite/read_database.hpp"
#include "store/sqlite/tables.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace carecloud {
namespace {

RecordRow row_of(const Statement& statement, int column) {
    RecordRow row{.id = std::string(statement.text(column)),
                  .modified = std::string(statement.text(column + 1)),
                  .hash = statement.hash(column + 2),
                  .seq = static_cast<std::uint64_t>(statement.integer(column + 3)),
                  .body = {}};
    if (!statement.is_null(column + 4)) row.deleted_at = std::string(statement.text(column + 4));
    return row;
}

bool is_since(std::string_view modified, const std::optional<Timestamp>& since) {
    if (!since) return true;
    const auto at = Timestamp::parse(modified);
    return at && *at >= *since;
}

// The position in a list that is ordered by the log: a second or a day, and the seq in it. As text "1709251200.4711".
struct ListPosition {
    std::int64_t number = 0;
    std::int64_t seq = 0;

    static std::optional<ListPosition> parse(std::string_view text) {
        ListPosition position;
        const char* const end = text.data() + text.size();
        const auto [dot, bad_number] = std::from_chars(text.data(), end, position.number);
        if (bad_number != std::errc{} || dot == end || *dot != '.') return std::nullopt;
        const auto [rest, bad_seq] = std::from_chars(dot + 1, end, position.seq);
        if (bad_seq != std::errc{} || rest != end) return std::nullopt;
        return position;
    }
    std::string to_string() const { return std::to_string(number) + "." + std::to_string(seq); }
};

Error invalid_position() {
    return {.code = ErrorCode::invalid_argument,
            .operation = "read records",
            .subject = "after is not a position in a list with this filter",
            .hint = "use the next of a page with the same filter, or omit it"};
}

}  // namespace

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
        RecordRow row = row_of(record_, 0);
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

// A page that is filled up to its limits.
struct ReadDatabase::List {
    const ReadBounds& bounds;
    std::size_t limit = 0;
    RecordPage page{};
    std::size_t looked_at = 0;
    std::size_t bytes = 0;

    bool is_full() const {
        return looked_at == bounds.scanned_max || page.records.size() == limit ||
               bytes >= bounds.bodies_bytes_max;
    }
};

RecordPage ReadDatabase::list_by_id(const RecordFilter& filter) {
    List list{.bounds = bounds_, .limit = filter.limit};
    std::string last;
    list_by_id_.bind(1, filter.stream);
    list_by_id_.bind(2, filter.after);
    const Statement::Scope scope(list_by_id_);
    while (list_by_id_.step()) {
        if (list.is_full()) {
            list.page.next = last;
            break;
        }
        last = list_by_id_.text(1);
        ++list.looked_at;
        add(list, list_by_id_);
    }
    return std::move(list.page);
}

Result<RecordPage> ReadDatabase::list_by_log(const RecordFilter& filter) {
    ListPosition position;
    if (filter.days) position.number = filter.days->first;
    if (filter.modified_since) position.number = filter.modified_since->seconds();
    if (!filter.after.empty()) {
        const auto after = ListPosition::parse(filter.after);
        if (!after) return invalid_position();
        position = *after;
    }
    Statement& scan = filter.modified_since ? list_by_modified_ : list_by_days_;
    List list{.bounds = bounds_, .limit = filter.limit};
    scan.bind(1, filter.stream);
    scan.bind(2, position.number);
    scan.bind(3, position.seq);
    const Statement::Scope scope(scan);
    while (scan.step()) {
        if (list.is_full()) {
            list.page.next = position.to_string();
            break;
        }
        position = {scan.integer(0), scan.integer(1)};
        ++list.looked_at;
        // Most excluded rows are excluded by their first day, which is in the index.
        if (!filter.modified_since && scan.integer(2) > filter.days->last) continue;
        newest_.bind(1, position.seq);
        const Statement::Scope newest(newest_);
        if (newest_.step() && is_since(newest_.text(2), filter.modified_since) && overlaps(filter.days))
            add(list, newest_);
    }
    return std::move(list.page);
}

// Of the record in newest_.
bool ReadDatabase::overlaps(const std::optional<DaySpan>& days) const {
    if (!days) return true;
    return !newest_.is_null(7) && newest_.integer(6) <= days->last && newest_.integer(7) >= days->first;
}

// The statement's record, unless the portal no longer has it.
void ReadDatabase::add(List& list, const Statement& found) {
    RecordRow row = row_of(found, 1);
    if (row.deleted_at) return;
    body_.bind(1, found.integer(0));
    const Statement::Scope scope(body_);
    if (!body_.step()) return;
    if (body_.text(0) == kNoBody) return;  // erased
    row.body = body_.text(0);
    list.bytes += row.body.size();
    list.page.records.push_back(std::move(row));
}

}  // namespace carecloud
