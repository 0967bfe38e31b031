// Tables and times for people; quantities are in base/quantity_text.hpp.
//
// Pure; not thread-safe.
#pragma once

#include "base/quantity_text.hpp"
#include "base/timestamp.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// One line per row, columns aligned and separated by two blanks. Columns that do not fit the width are shown beneath
// their row, each with its title. Cells may contain untrusted text: it is made printable.
//
//     TextTable table({{"STREAM"}, {"RECORDS", TextTable::Align::right}});
//     table.add({"claim_attendance", grouped(20000)});
class TextTable {
  public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
        std::size_t width_max = 60;  // characters; longer cells are truncated with "…"
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // Missing cells are empty; excess ones are dropped.
    void add(std::vector<std::string> cells);
    static constexpr std::size_t kWidth = 80;  // characters
    // Each line ends with a line feed; the result is empty if there are no rows. No line is wider than `width`, unless
    // the first column or a word of the data is.
    std::string to_string(std::size_t width = kWidth) const;

  private:
    std::vector<std::size_t> column_widths() const;
    std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;
    std::string beneath(const std::vector<std::string>& cells, std::size_t from, std::size_t width) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// The number of UTF-8 characters, each assumed to be one column wide.
std::size_t text_width(std::string_view text);

// "2026-11-27 03:00:00", in UTC. Text that is not a time is returned in printable form.
std::string instant_text(std::string_view iso);
// The time elapsed until `now`, such as "4 min ago"; empty if `iso` is not a time.
std::string ago_text(std::string_view iso, Timestamp now);

}  // namespace carecloud
