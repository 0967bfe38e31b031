// The SQL statements in sql.md, each with the result printed below it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

using Cells = std::vector<std::string>;

struct ReadmeStatement {
    std::string sql;
    std::optional<Cells> columns{};  // of the table below it; empty if there is none
    std::vector<Cells> rows{};
};

// sql.md of the source tree. Throws std::runtime_error if it cannot be read.
std::string readme_text();
std::vector<ReadmeStatement> readme_statements(const std::string& text);
// The cells of a table's line, without surrounding blanks.
Cells table_cells(const std::string& line);

}  // namespace carecloud
