// Records as CSV (RFC 4180): one line per record with CRLF, cells quoted if necessary. Text that a spreadsheet would
// run as a formula gets a leading apostrophe, which marks it as text.
//
//     CsvColumns columns;
//     columns.learn(record);                    // of every record, first
//     output.bytes(columns.heading());
//     output.bytes(columns.row(record));
//
// Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The columns are the names of the records' members, in order of first occurrence.
class CsvColumns {
  public:
    // `record` must be a JSON object; otherwise nlohmann's exception is thrown. Invalid characters in it (half a
    // surrogate pair, NUL) are replaced by U+FFFD, here and in row().
    void learn(std::string& record);
    bool empty() const { return names_.empty(); }
    std::string heading() const;
    // Members that were not learned are omitted, and counted in left_out().
    std::string row(std::string& record);
    std::size_t left_out() const { return left_out_; }

  private:
    std::vector<std::string> names_;
    std::map<std::string, std::size_t, std::less<>> indexes_;
    std::size_t left_out_ = 0;
};

// A JSON value as a cell: a string without its quotes; numbers, true and false verbatim; null as an empty cell; an
// object or array as its JSON. A string that is a plain number ("-5.25") gets no apostrophe.
std::string csv_cell(std::string_view json_value);

}  // namespace carecloud
