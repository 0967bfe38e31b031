#include "ctl/csv.hpp"

#include "base/readable_json.hpp"
#include "ctl/json_pieces.hpp"

namespace carecloud {
namespace {

// Whether a spreadsheet may interpret the text as a formula: it begins with a formula sign, which may be full-width or
// follow blanks, or with a tab or line break.
bool is_formula(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    if (text[0] == '\t' || text[0] == '\r' || text[0] == '\n') return true;
    text.remove_prefix(begin);
    for (const std::string_view sign : {"=", "+", "-", "@", "＝", "＋", "－", "＠"}) {
        if (text.starts_with(sign)) return true;
    }
    return false;
}

bool is_plain_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const bool digits_and_point = text.find_first_not_of("0123456789.") == std::string_view::npos;
    const std::size_t point = text.find('.');
    return !text.empty() && digits_and_point && point != 0 && point != text.size() - 1 &&
           text.rfind('.') == point;
}

std::string quoted_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string safe_cell(std::string_view text) {
    return quoted_cell(is_formula(text) && !is_plain_number(text) ? "'" + std::string(text)
                                                                  : std::string(text));
}

std::string joined_cells(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) {
        if (&cell != &cells.front()) line += ',';
        line += cell;
    }
    return line + "\r\n";
}

// Cells must be UTF-8 without NUL.
void make_readable(std::string& record) {
    if (auto readable = readable_json(record)) record = std::move(*readable);
}

}  // namespace

std::string csv_cell(std::string_view json_value) {
    if (json_value == "null") return {};
    // Numbers, true, false, and JSON in brackets are not formulas.
    if (!json_value.starts_with('"')) return quoted_cell(json_value);
    return safe_cell(CtlJson::parse(json_value).get<std::string>());
}

void CsvColumns::learn(std::string& record) {
    make_readable(record);
    for (auto& [name, value] : slice_members(record)) {
        if (indexes_.try_emplace(name, names_.size()).second) names_.push_back(std::move(name));
    }
}

std::string CsvColumns::heading() const {
    std::vector<std::string> cells;
    cells.reserve(names_.size());
    for (const std::string& name : names_)
        cells.push_back(safe_cell(name));
    return joined_cells(cells);
}

std::string CsvColumns::row(std::string& record) {
    make_readable(record);
    std::vector<std::string> cells(names_.size());
    for (const auto& [name, value] : slice_members(record)) {
        const auto column = indexes_.find(name);
        if (column == indexes_.end())
            ++left_out_;
        else
            cells[column->second] = csv_cell(value);
    }
    return joined_cells(cells);
}

}  // namespace carecloud
