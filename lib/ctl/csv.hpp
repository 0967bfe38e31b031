// Records as RFC 4180 has them: a line a record, CRLF at its end, cells in quotes where they need it. A text that a
// spreadsheet would run as a formula begins with an apostrophe, which it takes for "this is text".
//
//     CsvColumns columns;
//     columns.learn(record);                    // of every record, first
//     output.bytes(columns.heading());
//     output.bytes(columns.row(record));
//
// Pure; one thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The columns are the names of the records' members, in the order in which they were met.
class CsvColumns {
  public:
    // A JSON object; nlohmann's exception where it is none. What is no text in it (half a surrogate pair, NUL) becomes
    // U+FFFD, here and in row(); its bytes may be moved, and change no further.
    void learn(std::string& record);
    bool empty() const { return names_.empty(); }
    std::string heading() const;
    // A member that was not learned is left out, and counted: `left_out`.
    std::string row(std::string& record);
    std::size_t left_out() const { return left_out_; }

  private:
    std::vector<std::string> names_;
    std::map<std::string, std::size_t, std::less<>> indexes_;
    std::size_t left_out_ = 0;
};

// A JSON value as a cell: a text without its quotes, a number, true or false as they stand, null as nothing, an object
// or an array as its JSON. A text that is a plain number ("-5.25") is left alone.
std::string csv_cell(std::string_view json_value);

}  // namespace carecloud
