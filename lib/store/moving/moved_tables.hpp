// The tables of a store, which both databases have.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

enum class ColumnKind {
    text,
    number,
    day,         // a number, which is an integer in PostgreSQL
    bytes,       // bytea in PostgreSQL, BLOB in SQLite
    text_bytes,  // bytea, but TEXT in SQLite, because it may be invalid UTF-8
    flag,        // boolean, but 1 or 0 in SQLite
    time,        // timestamptz, but TEXT in SQLite: "2024-03-13T19:08:57.163Z"
};

struct MovedColumn {
    const char* name = "";
    ColumnKind kind = ColumnKind::text;
    const char* in_sqlite = nullptr;  // the expression in SQLite; null: the column with the same name
    bool is_derived = false;          // not a column in SQLite, so it is only read
};

struct MovedTable {
    const char* name = "";
    std::vector<MovedColumn> columns{};
    // The number of leading columns that form the key, which orders reads and shows where an interrupted copy
    // continues. They are never NULL.
    std::size_t key_columns = 1;
    // Whether the rows that an interrupted copy has written are kept. True for the large tables, whose rows are
    // expected to change only together with the state of the source (StoreCopy::state). The other tables are copied
    // again from the start.
    bool continues = false;
};

// The columns of a row as text: numbers in decimal, flags as 1 or 0, times as in SQLite, bytes unchanged.
using MovedRow = std::vector<std::optional<std::string>>;

// Returns the first columns of a row, each read by cell(column, kind).
template <class Cell>
MovedRow moved_row(const MovedTable& table, std::size_t columns, Cell cell) {
    MovedRow row;
    for (std::size_t i = 0; i < columns; ++i)
        row.push_back(cell(static_cast<int>(i), table.columns[i].kind));
    return row;
}

const std::vector<MovedTable>& moved_tables();

}  // namespace carecloud
