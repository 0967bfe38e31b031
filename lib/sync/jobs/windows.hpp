// Where store and portal differ, by counting: ranges of `modified` are halved until those that differ are small. Works
// wherever the portal tells totals, with one request a cut. I/O thread alone.
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
    std::string from{};               // empty: from the first
    std::optional<std::string> to{};  // none: to the last
    std::uint64_t there = 0;          // how many the portal counts
};

// How many records have a `modified` no less than a text: in the store, and as the portal counts.
struct Counts {
    std::uint64_t here = 0;
    std::uint64_t there = 0;
};

// The halving, without what is counted. Pure.
//
//     Halving halving(all, small);
//     while (const auto cut_by = halving.next()) …   // halving.cut(…) or halving.keep()
class Halving {
  public:
    // `all`: both counts of everything. A window of no more than `small` records here is not cut.
    Halving(Counts all, std::uint64_t small) : small_(small) { open_.push_back({.from_on = all}); }

    // The store's key whose `modified` is to cut the window under way: so many behind the first of its `from`.
    struct Middle {
        std::string from{};  // empty: from the first
        std::uint64_t skip = 0;
    };
    // None: all windows are decided. Each is answered by cut() or keep().
    std::optional<Middle> next();
    // Whether this `modified` divides the window under way.
    bool divides(const std::string& modified) const;
    // The window under way in two, with both counts of everything from `modified` on.
    void cut(const std::string& modified, Counts from_on);
    // It cannot be divided.
    void keep();
    // Those that differ, in ascending order.
    std::vector<Window> take_differing() { return std::move(differing_); }

  private:
    // What is counted is always everything from a `modified` on, so that `$gte` alone is needed.
    struct Span {
        std::string from{};
        std::optional<std::string> to{};
        Counts from_on{};
        Counts to_on{};

        // Counts change while they are compared: what would be negative is none.
        std::uint64_t here() const { return from_on.here > to_on.here ? from_on.here - to_on.here : 0; }
        std::uint64_t there() const { return from_on.there > to_on.there ? from_on.there - to_on.there : 0; }
    };

    std::uint64_t small_;
    std::vector<Span> open_{};  // the last one is under way
    std::vector<Window> differing_{};
};

// Everything, in windows of about as many of the `held` records each, which are compared concurrently: one if they are
// few, or the dialect cannot begin a page at a key.
Task<Result<std::vector<Window>>> even_windows(JobRun& run, std::uint64_t held);

// The smallest windows whose counts differ, in ascending order; none where the portal does not count.
Task<Result<std::optional<std::vector<Window>>>> differing_windows(JobRun& run);

}  // namespace carecloud
