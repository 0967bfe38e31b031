// Tables and times as people read them, besides the quantities of base/quantity_text.hpp.
//
// Pure; one thread at a time.
#pragma once

#include "base/quantity_text.hpp"
#include "base/timestamp.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// A line a row, columns aligned, two blanks between them. Columns that do not fit the width are shown beneath their
// row, each with its title. Cells may hold whatever the data brings: they are shown harmless.
//
//     TextTable table({{"STREAM"}, {"RECORDS", TextTable::Align::right}});
//     table.add({"claim_attendance", grouped(20000)});
class TextTable {
  public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
        std::size_t width_max = 60;  // characters; longer cells are cut, with "…"
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as there are columns.
    void add(std::vector<std::string> cells);
    static constexpr std::size_t kWidth = 80;  // characters
    // Each line ends with a line feed; none where there are no rows. No line is wider than `width` unless a word of
    // the data or the first column is.
    std::string to_string(std::size_t width = kWidth) const;

  private:
    std::vector<std::size_t> column_widths() const;
    std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;
    std::string beneath(const std::vector<std::string>& cells, std::size_t from, std::size_t width) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Characters of UTF-8, each taken to be one column wide.
std::size_t text_width(std::string_view text);

// "2026-11-27 03:00:00", in UTC; what is not a time comes back as it is, printable.
std::string instant_text(std::string_view iso);
// How long before `now` that was: "4 min ago"; empty if it is not a time.
std::string ago_text(std::string_view iso, Timestamp now);

}  // namespace carecloud
