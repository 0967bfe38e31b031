#include "store/moving/sqlite_side.hpp"

#include "store/sqlite/statement.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace carecloud {
namespace {

std::string expression(const MovedColumn& column) {
    const std::string name = column.in_sqlite ? column.in_sqlite : column.name;
    return column.kind == ColumnKind::text_bytes ? "CAST(" + name + " AS BLOB)" : name;
}

std::string names(const MovedTable& table, std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += (i > 0 ? ", " : "") + expression(table.columns[i]);
    return list;
}

std::string descending(const MovedTable& table) {
    std::string list;
    for (std::size_t i = 0; i < table.key_columns; ++i)
        list += (i > 0 ? ", " : "") + expression(table.columns[i]) + " DESC";
    return list;
}

// "?1, ?2"
std::string parameters(std::size_t count) {
    std::string list;
    for (std::size_t i = 1; i <= count; ++i)
        list += (i > 1 ? ", ?" : "?") + std::to_string(i);
    return list;
}

void bind(Statement& statement, int index, const MovedColumn& column,
          const std::optional<std::string>& cell) {
    if (!cell)
        statement.bind_null(index);
    else if (column.kind == ColumnKind::number || column.kind == ColumnKind::day ||
             column.kind == ColumnKind::flag)
        statement.bind(index, static_cast<std::int64_t>(std::stoll(*cell)));
    else if (column.kind == ColumnKind::bytes)
        statement.bind_blob(index, *cell);
    else
        statement.bind(index, *cell);
}

// Older versions may have written times without milliseconds.
std::optional<std::string> cell_of(const Statement& row, int index, ColumnKind kind) {
    if (row.is_null(index)) return std::nullopt;
    const std::string text(row.text(index));
    if (kind != ColumnKind::time) return text;
    const auto at = Timestamp::parse(text);
    return at ? at->to_string_ms() : text;
}

MovedRow row_of(const Statement& row, const MovedTable& table, std::size_t columns) {
    return moved_row(table, columns, [&row](int i, ColumnKind kind) { return cell_of(row, i, kind); });
}

}  // namespace

template <class Work>
auto SqliteSide::guard(Work work) {
    try {
        return work();
    } catch (const SqlError& error) {
        throw MovingError(to_error(error, "copy store", path_));
    }
}

Result<std::unique_ptr<SqliteSide>> SqliteSide::open(const SqliteSettings& settings, Clock& clock) {
    auto owner = SqliteStore::open(settings, clock);
    if (!owner) return owner.error();
    return guarded("open store", settings.path, [&]() -> Result<std::unique_ptr<SqliteSide>> {
        return std::unique_ptr<SqliteSide>(new SqliteSide(settings.path, std::move(*owner)));
    });
}

SqliteSide::SqliteSide(std::string path, std::unique_ptr<SqliteStore> owner)
    : path_(std::move(path)), owner_(std::move(owner)), db_(path_, "") {
    db_.set_busy_timeout(std::chrono::milliseconds(5000));
}

std::vector<MovedRow> SqliteSide::read(const MovedTable& table, const std::optional<MovedRow>& after,
                                       std::size_t limit) {
    return guard([&] {
        const std::string key = names(table, table.key_columns);
        const std::string where =
            after ? " WHERE (" + key + ") > (" + parameters(table.key_columns) + ")" : std::string();
        Statement select(db_, "SELECT " + names(table, table.columns.size()) + " FROM " + table.name + where +
                                  " ORDER BY " + key + " LIMIT " + std::to_string(limit));
        for (std::size_t i = 0; after && i < table.key_columns; ++i)
            bind(select, static_cast<int>(i + 1), table.columns[i], (*after)[i]);
        std::vector<MovedRow> rows;
        while (select.step())
            rows.push_back(row_of(select, table, table.columns.size()));
        return rows;
    });
}

void SqliteSide::write(const MovedTable& table, const std::vector<MovedRow>& rows) {
    guard([&] {
        std::string columns;
        std::string values;
        std::vector<std::size_t> stored;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const MovedColumn& column = table.columns[i];
            if (column.is_derived) continue;
            stored.push_back(i);
            columns += (columns.empty() ? "" : ", ") +
                       std::string(column.in_sqlite ? column.in_sqlite : column.name);
            values += (values.empty() ? "?" : ", ?") + std::to_string(stored.size());
        }
        Transaction transaction(db_, Transaction::Access::write);
        Statement insert(
            db_, "INSERT INTO " + std::string(table.name) + " (" + columns + ") VALUES (" + values + ")");
        for (const MovedRow& row : rows) {
            for (std::size_t i = 0; i < stored.size(); ++i)
                bind(insert, static_cast<int>(i + 1), table.columns[stored[i]], row[stored[i]]);
            insert.run();
        }
        transaction.commit();
    });
}

void SqliteSide::clear(const MovedTable& table) {
    guard([&] { db_.execute("DELETE FROM " + std::string(table.name)); });
}

std::optional<MovedRow> SqliteSide::last(const MovedTable& table) {
    return guard([&]() -> std::optional<MovedRow> {
        Statement select(db_, "SELECT " + names(table, table.key_columns) + " FROM " + table.name +
                                  " ORDER BY " + descending(table) + " LIMIT 1");
        if (!select.step()) return std::nullopt;
        return row_of(select, table, table.key_columns);
    });
}

MovedHeads SqliteSide::heads() {
    return guard([&] {
        const auto number = [&](const char* sql) { return static_cast<std::uint64_t>(db_.number(sql)); };
        return MovedHeads{
            .seq = number(
                "SELECT max(ifnull((SELECT max(seq) FROM changes), 0), CAST(value AS INTEGER)) FROM meta "
                "WHERE name = 'seq_high'"),
            .event = number("SELECT ifnull(max(rowid), 0) FROM events"),
            .pass = number("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'passes'), 0)")};
    });
}

// The number of an event is its rowid, so SQLite has no head for it.
void SqliteSide::set_heads(const MovedHeads& heads) {
    guard([&] {
        Transaction transaction(db_, Transaction::Access::write);
        db_.execute("UPDATE meta SET value = '" + std::to_string(heads.seq) + "' WHERE name = 'seq_high'");
        db_.execute("DELETE FROM sqlite_sequence WHERE name = 'passes'");
        db_.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('passes', " +
                    std::to_string(heads.pass) + ")");
        transaction.commit();
    });
}

std::optional<std::string> SqliteSide::note(const std::string& name) {
    return guard([&]() -> std::optional<std::string> {
        Statement select(db_, "SELECT value FROM meta WHERE name = ?1");
        select.bind(1, name);
        if (!select.step()) return std::nullopt;
        return std::string(select.text(0));
    });
}

void SqliteSide::set_note(const std::string& name, const std::optional<std::string>& value) {
    guard([&] {
        Statement write(db_, value ? "REPLACE INTO meta (name, value) VALUES (?1, ?2)"
                                   : "DELETE FROM meta WHERE name = ?1");
        write.bind(1, name);
        if (value) write.bind(2, *value);
        write.run();
    });
}

}  // namespace carecloud
