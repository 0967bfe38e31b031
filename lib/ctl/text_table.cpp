#include "ctl/text_table.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
}

std::string cut_cell(std::string text, std::size_t width_max) {
    if (text_width(text) <= width_max) return text;
    std::size_t width = 0;
    std::size_t end = 0;
    while (end < text.size() && (width + 1 < width_max || !begins_character(text[end]))) {
        width += begins_character(text[end]) ? 1 : 0;
        ++end;
    }
    return text.substr(0, end) + "…";
}

void append_cell(std::string& line, const std::string& cell, std::size_t width, TextTable::Align align) {
    if (!line.empty()) line += "  ";
    const std::string blanks(width - std::min(width, text_width(cell)), ' ');
    line += align == TextTable::Align::right ? blanks + cell : cell + blanks;
}

}  // namespace

std::size_t text_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

void TextTable::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i] = cut_cell(printable(cells[i]), columns_[i].width_max);
    rows_.push_back(std::move(cells));
}

std::string TextTable::to_string() const {
    if (rows_.empty()) return {};
    std::vector<std::vector<std::string>> lines(1);
    for (const Column& column : columns_)
        lines[0].push_back(column.title);
    lines.insert(lines.end(), rows_.begin(), rows_.end());
    std::vector<std::size_t> widths(columns_.size());
    for (const auto& cells : lines) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            widths[i] = std::max(widths[i], text_width(cells[i]));
    }
    std::string out;
    for (const auto& cells : lines) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i)
            append_cell(line, cells[i], widths[i], columns_[i].align);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

}  // namespace carecloud
