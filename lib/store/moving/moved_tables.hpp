// The tables of a store, as both databases have them.
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
    bytes,       // bytea, BLOB
    text_bytes,  // bytea, but TEXT in SQLite: perhaps no UTF-8
    flag,        // boolean, but 1 or 0 in SQLite
    time,        // timestamptz, but in SQLite a text: "2024-03-13T19:08:57.163Z"
};

struct MovedColumn {
    const char* name = "";
    ColumnKind kind = ColumnKind::text;
    const char* in_sqlite = nullptr;  // what stands for it there; null: a column with the same name
    bool is_derived = false;          // SQLite has no such column: it is only read
};

struct MovedTable {
    const char* name = "";
    std::vector<MovedColumn> columns{};
    // The first ones, by which the table is read and an interrupted copy continues; they are never null.
    std::size_t key_columns = 1;
    // Its rows are only added while no daemon runs: an interrupted copy continues. The others are copied anew.
    bool continues = false;
};

// A row's columns as text: numbers in decimal, flags as 1 or 0, times as in SQLite, bytes as they are.
using MovedRow = std::vector<std::optional<std::string>>;

// The first columns of a row, by cell(column, kind).
template <class Cell>
MovedRow moved_row(const MovedTable& table, std::size_t columns, Cell cell) {
    MovedRow row;
    for (std::size_t i = 0; i < columns; ++i)
        row.push_back(cell(static_cast<int>(i), table.columns[i].kind));
    return row;
}

const std::vector<MovedTable>& moved_tables();

}  // namespace carecloud
