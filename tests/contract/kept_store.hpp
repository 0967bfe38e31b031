// Stores as earlier versions of the schema left them, which tests/contract/schemas/NNN.sql keep.
#pragma once

#include "store/sqlite/connection.hpp"

#include <string>
#include <vector>

namespace carecloud {

// The kept store of that version, as a database at `path`. None is kept: fails the test.
void restore(int version, const std::string& path, const std::string& vfs = "");

// The first column of each row.
std::vector<std::string> texts(Connection& db, const std::string& sql);

// For each table the query of its rows, each one text of all the columns that it has now.
std::vector<std::string> queries_of_rows(Connection& db);

// Such a row with the words that a migration replaces by others (migration 9).
std::string in_new_words(std::string row);

}  // namespace carecloud
