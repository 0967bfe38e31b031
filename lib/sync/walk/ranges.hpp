// The plan of a wide load: the part of the portal's order that is walked, divided into ranges that are walked
// concurrently, and the position of each (DESIGN.md, "Wide loads"). Stored with each page, so that a crash repeats
// nothing that was committed. Pure.
//
//     RangePlan plan = RangePlan::from(position, asked_at, density);
//     const auto id = plan.take_idle() … or plan.halve_longest(sight) … walk plan.range(*id) …
//     plan.advance(*id, progress);     // with each page
//     plan.cursor(), plan.asked_at()   // of the finished prefix
#pragma once

#include "model/record.hpp"
#include "model/stream.hpp"
#include "portal/query.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// Records with from <= `modified` < before, in the portal's order.
struct Range {
    int id = 0;                           // within one process
    std::string from{};                   // empty: the range has a position
    std::string before{};                 // empty: to the last record
    std::optional<Cursor> position{};     // the last key that was committed
    std::optional<Cursor> settled{};      // the last of these on which a cursor may rest (hazard 4)
    std::optional<Timestamp> asked_at{};  // the portal's time when its first page was requested
    bool done = false;
    bool is_walked = false;  // by a lane, now
    double density = 0;  // records per second of `modified` on the last page of it, or before it; 0: unknown

    friend bool operator==(const Range&, const Range&) = default;
};

// Records per second of `modified`; 0: unknown.
double density_of(const Page& page);

// What a page, or the proof of the end, adds to a range.
struct RangeProgress {
    std::optional<Cursor> position{};  // empty: unchanged
    std::optional<Cursor> settled{};
    Timestamp asked_at{};  // of this page; the range keeps that of its first
    bool done = false;
    double density = 0;  // 0: unchanged
};

// What is known of the remaining records when a range is to be halved.
struct SplitSight {
    Dialect dialect{};
    Timestamp newest{};  // the last record's `modified`, or the portal's time
    std::size_t page_size = 1000;
};

class RangePlan {
  public:
    // One range of everything after `position`. `asked_at`: when the first page before it was requested; `density`: of
    // the last one.
    static RangePlan from(Cursor position, Timestamp asked_at, double density);
    // std::nullopt: it is not the text of to_json(), or was written for a portal with another order (`dialect`).
    static std::optional<RangePlan> from_json(std::string_view text, const Dialect& dialect);
    // Without the cursor, which is the stream's own. Empty: all ranges are done.
    std::string to_json(const Dialect& dialect) const;

    // Both return a range to walk, marked as walked. The first one that no lane walks; std::nullopt: there is none.
    std::optional<int> take_idle();
    // The far half of the longest remaining one; std::nullopt: none is worth it.
    std::optional<int> halve_longest(const SplitSight& sight);
    void give_back(int id);
    const Range& range(int id) const;
    void advance(int id, const RangeProgress& progress);

    bool is_done() const { return ranges_.empty(); }
    // The last key of the finished prefix on which a cursor may rest; std::nullopt: this process has added none to it.
    const std::optional<Cursor>& cursor() const { return cursor_; }
    // The earliest request of a first page in it.
    Timestamp asked_at() const { return asked_at_; }
    // Those not in the prefix, in the portal's order.
    const std::list<Range>& ranges() const { return ranges_; }

    friend bool operator==(const RangePlan&, const RangePlan&) = default;

  private:
    void fold();
    std::optional<int> halve(std::list<Range>::iterator range, const SplitSight& sight);

    std::list<Range> ranges_;
    std::optional<Cursor> cursor_;
    Timestamp asked_at_{};
    int next_id_ = 0;
};

}  // namespace carecloud
