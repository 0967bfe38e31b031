// Lists of records page by page, the same in every database: what a page may cost, where it continues, and which
// records belong to it. The database supplies the rows in the order of the list.
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

// The most that one page may cost. Tests make it small.
struct ReadBounds {
    std::size_t bodies_bytes_max =
        4U << 20U;                     // of a page's bodies; its first record is returned whatever its size
    std::size_t scanned_max = 20'000;  // rows looked at
};

// The position in a list that is ordered by the log: a second or a day, and the seq in it. As text "1709251200.4711".
struct ListPosition {
    std::int64_t number = 0;
    std::int64_t seq = 0;

    static std::optional<ListPosition> parse(std::string_view text);
    std::string to_string() const { return std::to_string(number) + "." + std::to_string(seq); }
};

// Where a list by time or days begins or continues. Errors: invalid_argument.
Result<ListPosition> first_position(const RecordFilter& filter);

// Whether the newest version of a record matches: its `modified`, and its days if it has any.
bool matches(const RecordFilter& filter, std::string_view modified, const std::optional<DaySpan>& days);

// A page that is filled up to its limits.
class RecordList {
  public:
    RecordList(const ReadBounds& bounds, std::size_t limit) : bounds_(bounds), limit_(limit) {}

    // Then the page ends, and the next one continues after the last row that was looked at.
    bool is_full() const {
        return looked_at_ == bounds_.scanned_max || page_.records.size() == limit_ ||
               bytes_ >= bounds_.bodies_bytes_max;
    }
    void look_at() { ++looked_at_; }
    void add(RecordRow row, std::size_t body_bytes) {
        bytes_ += body_bytes;
        page_.records.push_back(std::move(row));
    }
    // Whether the page is full; then `position` is its next.
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
    std::size_t looked_at_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace carecloud
