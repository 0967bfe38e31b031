// Finds where store and portal differ, by counting: ranges of `modified` are halved until those that differ are small.
// Requires a portal that returns totals; one request per cut. I/O thread only.
#pragma once

#include "sync/jobs/job_run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// The records with from <= modified < to, as texts.
struct Window {
    std::string from{};               // empty: from the first record
    std::optional<std::string> to{};  // empty: to the last record
    std::uint64_t there = 0;          // the portal's count
};

// The number of records whose `modified` is not less than a text: in the store, and as counted by the portal.
struct Counts {
    std::uint64_t here = 0;
    std::uint64_t there = 0;
};

// The halving, without the counting. Pure.
//
//     Halving halving(all, small);
//     while (const auto cut_by = halving.next()) …   // halving.cut(…) or halving.keep()
class Halving {
  public:
    // `all`: both counts of everything. A window of at most `small` records in the store is not cut.
    Halving(Counts all, std::uint64_t small) : small_(small) { open_.push_back({.from_on = all}); }

    // The store's key whose `modified` is to cut the current window: this many after the first one of its `from`.
    struct Middle {
        std::string from{};  // empty: from the first record
        std::uint64_t skip = 0;
    };
    // std::nullopt: all windows are decided. Each result must be answered by cut() or keep().
    std::optional<Middle> next();
    // Whether this `modified` divides the current window.
    bool divides(const std::string& modified) const;
    // Cuts the current window in two. `from_on`: both counts of everything from `modified` on.
    void cut(const std::string& modified, Counts from_on);
    // The current window cannot be divided.
    void keep();
    // The windows that differ, in ascending order.
    std::vector<Window> take_differing() { return std::move(differing_); }

  private:
    // Counts always cover everything from a `modified` on, so that only `$gte` is needed.
    struct Span {
        std::string from{};
        std::optional<std::string> to{};
        Counts from_on{};
        Counts to_on{};

        // Counts change during the comparison: a negative number becomes 0.
        std::uint64_t here() const { return from_on.here > to_on.here ? from_on.here - to_on.here : 0; }
        std::uint64_t there() const { return from_on.there > to_on.there ? from_on.there - to_on.there : 0; }
    };

    std::uint64_t small_;
    std::vector<Span> open_{};  // the last one is the current one
    std::vector<Window> differing_{};
};

// Everything, in windows with about equally many of the `held` records, to be compared concurrently. One window if
// there are few records or a single lane, or if the dialect cannot begin a page at a key.
Task<Result<std::vector<Window>>> even_windows(JobRun& run, std::uint64_t held);

// The smallest windows whose counts differ, in ascending order; std::nullopt if the portal does not count.
Task<Result<std::optional<std::vector<Window>>>> differing_windows(JobRun& run);

}  // namespace carecloud
