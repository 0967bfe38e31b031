#include "unit/store_sqlite/attendance_store.hpp"

#include "support/run_task.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <catch2/catch.hpp>
#include <sqlite3.h>

namespace carecloud {
namespace {

constexpr const char* kModified = "2024-03-02T00:00:00.0000000Z";

std::optional<std::string> cell(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
    if (sqlite3_column_type(statement, column) == SQLITE_FLOAT)
        return six_decimals(sqlite3_column_double(statement, column));
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

}  // namespace

AttendanceStore::AttendanceStore(const std::vector<std::string>& bodies) {
    std::vector<TestRecord> records;
    for (std::size_t i = 0; i < bodies.size(); ++i)
        records.push_back({.id = record_name(i), .modified = kModified, .body = bodies[i]});
    fixture_.open();
    const Timestamp at = *Timestamp::parse(kModified);
    StreamState state{.stream = "claim_attendance", .entity = "claim_attendance"};
    state.cursor = Cursor{kModified, at, "ffff"};
    state.safe = SafePoint{kModified, at};
    const auto done = run_task(
        fixture_.io(),
        fixture_.store().commit({.stream = state.stream, .page = make_page(records), .state = state}));
    if (!done) FAIL(done.error().message());
    REQUIRE(run_task(fixture_.io(), fixture_.store().note_first_pass(state.stream)).has_value());
}

std::string AttendanceStore::record_name(std::size_t index) {
    std::string digits = std::to_string(index);
    return digits.insert(0, 24 - digits.size(), '0');
}

void AttendanceStore::correct(std::size_t index, const std::string& body, const std::string& at,
                              bool disabled) {
    fixture_.clock().set(*Timestamp::parse(at));
    const PagePtr page = make_page({{.id = record_name(index),
                                     .modified = at,
                                     .body = body,
                                     .disabled = disabled,
                                     .days = DaySpan{20230101, 20230131}}});
    const auto done =
        run_task(fixture_.io(), fixture_.store().commit({.stream = "claim_attendance", .page = page}));
    if (!done || done->changes() != 1) FAIL("the correction was not taken");
}

SqlTable AttendanceStore::ask(const std::string& query) {
    INFO(query);
    Connection db(fixture_.path(), "", Connection::Access::read_only);
    db.execute("PRAGMA trusted_schema = OFF");
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(db.get(), query.c_str(), -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
    if (code != SQLITE_OK) FAIL(sqlite3_errmsg(db.get()));
    SqlTable table;
    const int columns = sqlite3_column_count(prepared);
    for (int i = 0; i < columns; ++i)
        table.columns.emplace_back(sqlite3_column_name(prepared, i));
    int step = sqlite3_step(prepared);
    for (; step == SQLITE_ROW; step = sqlite3_step(prepared)) {
        auto& row = table.rows.emplace_back();
        for (int i = 0; i < columns; ++i)
            row.push_back(cell(prepared, i));
    }
    if (step != SQLITE_DONE) FAIL(sqlite3_errmsg(db.get()));
    return table;
}

std::vector<ViewRow> AttendanceStore::rows(const std::string& view, std::size_t index) {
    static constexpr std::array own{"stream", "id", "seq", "modified", "day", "tags", "data", "metadata"};
    const SqlTable table = ask("SELECT * FROM " + view + " WHERE stream = 'claim_attendance' AND id = '" +
                               record_name(index) + "'");
    std::vector<ViewRow> rows;
    for (const auto& cells : table.rows) {
        ViewRow& row = rows.emplace_back();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (std::find(own.begin(), own.end(), table.columns[i]) == own.end())
                row[table.columns[i]] = cells[i];
        }
    }
    return rows;
}

AttendanceRows AttendanceStore::read(std::size_t index) {
    const auto records = rows("claim_attendance", index);
    REQUIRE(records.size() == 1);
    AttendanceRows all{.record = records[0],
                       .days = rows("claim_attendance_day", index),
                       .signs = rows("claim_attendance_sign", index),
                       .malformed = {}};
    for (const ViewRow& row : rows("claim_attendance_malformed", index))
        all.malformed.insert(row.at("field").value());
    return all;
}

}  // namespace carecloud
