// Stores of earlier versions of the schema, kept as tests/contract/schemas/NNN.sql.
#pragma once

#include "store/sqlite/connection.hpp"

#include <string>
#include <vector>

namespace carecloud {

// Creates the kept store of that version as a database at `path`. Fails the test if there is none.
void restore(int version, const std::string& path, const std::string& vfs = "");

// The first column of each row.
std::vector<std::string> texts(Connection& db, const std::string& sql);

// For each table, the query of its rows, each as one text of all its present columns.
std::vector<std::string> queries_of_rows(Connection& db);

// Such a row with the texts that migration 9 replaces.
std::string in_new_words(std::string row);

}  // namespace carecloud
