// The SQL statements in sql.md, each with the answer that is printed below it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

using Cells = std::vector<std::string>;

struct ReadmeStatement {
    std::string sql;
    std::optional<Cells> columns{};  // of the table below it; none: no table is there
    std::vector<Cells> rows{};
};

// sql.md of the source tree. Throws std::runtime_error where it cannot be read.
std::string readme_text();
std::vector<ReadmeStatement> readme_statements(const std::string& text);
// The cells of a table's line, blanks around them dropped.
Cells table_cells(const std::string& line);

}  // namespace carecloud
