// Lists of records, page by page, the same in every database: the cost limit of a page, the position of the next one,
// and the filter. The database supplies the rows in the order of the list.
#pragma once

#include "base/error.hpp"
#include "store/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace carecloud {

// The maximum cost of one page. Tests make it small.
struct ReadBounds {
    // Of a page's bodies. The first record is returned regardless of its size.
    std::size_t bodies_bytes_max = 4U << 20U;
    std::size_t scanned_max = 20'000;  // rows read
};

// A position in a list that is ordered by the change log: a second or a day, and a seq within it. As text
// "1709251200.4711".
struct ListPosition {
    std::int64_t number = 0;
    std::int64_t seq = 0;

    static std::optional<ListPosition> parse(std::string_view text);
    std::string to_string() const { return std::to_string(number) + "." + std::to_string(seq); }
};

// The position at which a list by time or by days begins or continues. Errors: invalid_argument.
Result<ListPosition> first_position(const RecordFilter& filter);

// Whether the newest version of a record, given its `modified` and its days, if it has any, matches the filter.
bool matches(const RecordFilter& filter, std::string_view modified, const std::optional<DaySpan>& days);

// Collects a page up to its limits.
class RecordList {
  public:
    RecordList(const ReadBounds& bounds, std::size_t limit) : bounds_(bounds), limit_(limit) {}

    // Whether a limit is reached: the page ends, and the next one continues after the last row read.
    bool is_full() const {
        return rows_read_ == bounds_.scanned_max || page_.records.size() == limit_ ||
               bytes_ >= bounds_.bodies_bytes_max;
    }
    void count_row() { ++rows_read_; }
    void add(RecordRow row, std::size_t body_bytes) {
        bytes_ += body_bytes;
        page_.records.push_back(std::move(row));
    }
    // If the page is full, sets its `next` to `position` and returns true.
    bool ends_at(const std::string& position) {
        if (!is_full()) return false;
        page_.next = position;
        return true;
    }
    RecordPage& page() { return page_; }

  private:
    const ReadBounds& bounds_;
    std::size_t limit_;
    RecordPage page_{};
    std::size_t rows_read_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace carecloud
