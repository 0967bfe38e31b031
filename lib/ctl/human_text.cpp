#include "ctl/human_text.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kIndent = "    ";

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

std::vector<std::size_t> TextTable::column_widths() const {
    std::vector<std::size_t> widths(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths[i] = text_width(columns_[i].title);
        for (const auto& cells : rows_)
            widths[i] = std::max(widths[i], text_width(cells[i]));
    }
    return widths;
}

// `cells` may be longer than `widths`; the rest is not written.
std::string TextTable::line_of(const std::vector<std::string>& cells,
                               const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
        append_cell(line, cells[i], widths[i], columns_[i].align);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

// Returns the cells from `from` on, each with its title, as many per line as fit; long ones are broken between words.
std::string TextTable::beneath(const std::vector<std::string>& cells, std::size_t from,
                               std::size_t width) const {
    std::string out;
    std::string line;
    const auto add_word = [&](std::string_view word, std::string_view gap) {
        if (!line.empty() && text_width(line) + gap.size() + text_width(word) > width) {
            out += line + "\n";
            line.clear();
        }
        line.append(line.empty() ? kIndent : gap).append(word);
    };
    for (std::size_t i = from; i < cells.size(); ++i) {
        if (cells[i].empty() || cells[i] == "-") continue;
        const std::string piece = columns_[i].title + " " + cells[i];
        if (kIndent.size() + text_width(piece) <= width) {
            add_word(piece, "  ");
            continue;
        }
        std::string_view gap = "  ";
        for (std::string_view rest = piece; !rest.empty(); gap = " ") {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            if (end > 0) add_word(rest.substr(0, end), gap);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return line.empty() ? out : out + line + "\n";
}

std::string TextTable::to_string(std::size_t width) const {
    if (rows_.empty()) return {};
    std::vector<std::size_t> widths = column_widths();
    std::size_t fit = 0;
    for (std::size_t taken = 0; fit < widths.size(); ++fit) {
        taken += widths[fit] + (fit > 0 ? 2 : 0);
        if (fit > 0 && taken > width) break;
    }
    widths.resize(fit);
    std::vector<std::string> titles;
    titles.reserve(columns_.size());
    for (const Column& column : columns_)
        titles.push_back(column.title);
    std::string out = line_of(titles, widths);
    for (const auto& cells : rows_)
        out += line_of(cells, widths) + beneath(cells, fit, width);
    return out;
}

std::string instant_text(std::string_view iso) {
    const auto at = Timestamp::parse(iso);
    if (!at) return printable(iso);
    std::string text = at->to_string_ms().substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string ago_text(std::string_view iso, Timestamp now) {
    const auto at = Timestamp::parse(iso);
    if (!at) return {};
    return span_text(now - *at) + " ago";
}

}  // namespace carecloud
