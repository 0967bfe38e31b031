#include "unit/store_sqlite/readme_sql.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace carecloud {
namespace {

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

// A statement ends with a semicolon at the end of a line.
std::vector<ReadmeStatement> split(const std::string& block) {
    std::vector<ReadmeStatement> statements;
    std::size_t begin = 0;
    for (std::size_t end = block.find(";\n"); end != std::string::npos; end = block.find(";\n", begin)) {
        statements.push_back({.sql = trimmed(block.substr(begin, end - begin))});
        begin = end + 2;
    }
    if (!trimmed(block.substr(begin)).empty()) statements.push_back({.sql = trimmed(block.substr(begin))});
    return statements;
}

void read_table(std::istream& lines, ReadmeStatement& statement) {
    std::string line;
    while (std::getline(lines, line) && (line.empty() ? !statement.columns : line.front() == '|')) {
        if (line.empty() || line.starts_with("|-")) continue;
        if (statement.columns)
            statement.rows.push_back(table_cells(line));
        else
            statement.columns = table_cells(line);
    }
}

}  // namespace

std::string readme_text() {
    const char* root = std::getenv("CARECLOUD_SOURCE_DIR");
    std::ifstream file(std::string(root ? root : ".") + "/packaging/manual/sql.md");
    if (!file)
        throw std::runtime_error(
            "packaging/manual/sql.md cannot be read; CARECLOUD_SOURCE_DIR says where it is");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<ReadmeStatement> readme_statements(const std::string& text) {
    static const std::string fence = "\n```sql\n";
    std::vector<ReadmeStatement> all;
    for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
        const std::size_t begin = at + fence.size();
        const std::size_t end = text.find("\n```\n", begin);
        if (end == std::string::npos) throw std::runtime_error("sql.md: a block of SQL has no end");
        auto statements = split(text.substr(begin, end + 1 - begin));
        std::istringstream rest(text.substr(end + 5));
        if (!statements.empty()) read_table(rest, statements.back());
        all.insert(all.end(), statements.begin(), statements.end());
    }
    return all;
}

Cells table_cells(const std::string& line) {
    Cells cells;
    for (std::size_t begin = 1; begin < line.size();) {
        const std::size_t end = std::min(line.find('|', begin), line.size());
        cells.push_back(trimmed(line.substr(begin, end - begin)));
        begin = end + 1;
    }
    return cells;
}

}  // namespace carecloud
