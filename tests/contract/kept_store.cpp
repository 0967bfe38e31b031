#include "contract/kept_store.hpp"

#include "store/sqlite/statement.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

std::filesystem::path kept_path(int version) {
    std::string name = std::to_string(version) + ".sql";
    name.insert(0, 7 - name.size(), '0');
    return std::filesystem::path(std::getenv("CARECLOUD_SOURCE_DIR")) / "tests/contract/schemas" / name;
}

// As SQL literals.
const std::pair<std::string, std::string> kNewWords[] = {{"'outside'", "'not_in_stream'"},
                                                         {"'asking'", "'awaiting_confirmation'"}};

}  // namespace

void restore(int version, const std::string& path, const std::string& vfs) {
    const std::filesystem::path kept = kept_path(version);
    if (!std::filesystem::exists(kept)) {
        FAIL(kept
             << " is missing: every version that a migration starts from is kept. Dump a store that the "
                "version"
                " before the migration has filled, some rows in each table (sqlite3 store.db .dump), with the"
                " pragmas page_size, application_id and user_version before it, as in 001.sql");
    }
    std::ifstream file(kept);
    const std::string sql{std::istreambuf_iterator<char>(file), {}};
    Connection db(path, vfs);
    db.execute("PRAGMA synchronous = EXTRA");  // so its journal cannot reappear after a power loss
    db.execute(sql);
}

std::vector<std::string> texts(Connection& db, const std::string& sql) {
    std::vector<std::string> found;
    Statement statement(db, sql);
    while (statement.step())
        found.emplace_back(statement.text(0));
    return found;
}

std::vector<std::string> queries_of_rows(Connection& db) {
    std::vector<std::string> queries;
    for (const std::string& table :
         texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
        std::string row;
        for (const std::string& column : texts(db, "SELECT name FROM pragma_table_info('" + table + "')"))
            row += (row.empty() ? "quote(" : " || ' ' || quote(") + column + ")";
        queries.push_back("SELECT " + row + " FROM " + table);
    }
    return queries;
}

std::string in_new_words(std::string row) {
    for (const auto& [before, now] : kNewWords) {
        if (const std::size_t at = row.find(before); at != std::string::npos)
            row.replace(at, before.size(), now);
    }
    return row;
}

}  // namespace carecloud
