// The rest of a long walk, read in ranges of `modified` that are walked concurrently: with one request after the other
// the portal's latency decides (DESIGN.md, "Wide loads"). Part of a pass; its progress is in the stream's row, and the
// next pass resumes from there. I/O thread only.
//
//     WideLoad load(context, settings, memory, state, dialect, plan);
//     auto loading = load.run();
//     auto loaded = co_await std::move(loading);
//     … load.state(), load.summary() …   // also after an error
#pragma once

#include "sync/walk/context.hpp"
#include "sync/walk/paginator.hpp"
#include "sync/walk/ranges.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// For Committer::when_odd() of a pass: requests a whole reconciliation. Empty if there are no reconciliations.
std::function<Task<Result<>>()> request_of_whole(PassContext context, std::string stream);

// Whether a walk turns out to be long. Pure.
class LongWalk {
  public:
    // `cursor`: the stream's, when the walk began; std::nullopt: it is the first load.
    explicit LongWalk(std::optional<Cursor> cursor = std::nullopt) : cursor_(std::move(cursor)) {}

    // Call once for each page of the walk. True: many more pages are expected.
    bool continues(const Dialect& dialect, const Page& page, std::size_t take, Reading reading);

  private:
    std::optional<Cursor> cursor_;
    std::size_t full_pages_ = 0;  // of whole records after the cursor
};

class WideLoad {
  public:
    // Whether it may be faster than a walk, and the dialect can begin a page at a key.
    static bool is_possible(const PassContext& context, const Dialect& dialect);

    // All of these must outlive it except `state`, the stream's row, and `dialect`, the current one, which has keyset.
    // `until`: records with a later `modified` are not requested.
    WideLoad(PassContext context, const PassSettings& settings, StreamMemory& memory, StreamState state,
             const Dialect& dialect, RangePlan plan, std::optional<std::string> until);
    ~WideLoad();
    WideLoad(const WideLoad&) = delete;
    WideLoad& operator=(const WideLoad&) = delete;

    // Runs until every range is done, or the first permanent error. True: the format of the portal's responses has
    // changed, and the dialect must be proven again.
    Task<Result<bool>> run();

    // As committed.
    const StreamState& state() const { return state_; }
    const Dialect& dialect() const { return dialect_; }
    CommitSummary summary() const;
    std::size_t requests() const { return fetcher_.requests(); }
    std::size_t pages() const { return pages_; }
    std::size_t invalid() const { return invalid_.size(); }

  private:
    class Lane;

    Task<> take_turns(Lane& lane);
    Task<Result<>> walk(Lane& lane);
    Task<Result<bool>> step(Lane& lane, Walk& walk);
    std::optional<int> next_range();
    Task<Result<>> look_ahead();
    Task<> look_ahead_or_fail();
    RangeProgress progress_of(const Page& page, Timestamp asked_at, int range);
    void note(const Page& page);
    void fail(Error error);
    StreamState state_after(const RangePlan& plan) const;
    bool is_over() const { return plan_.is_done() || error_ || new_shape_; }

    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    StreamState state_;
    Dialect dialect_;
    RangePlan plan_;
    std::optional<std::string> until_;
    Fetcher fetcher_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    Waiters changed_;  // a range is free, can be halved, or the load is over
    CommitTurn turn_;
    std::size_t pages_ = 0;
    std::set<std::string> invalid_{};  // ids; ranges may overlap
    Timestamp furthest_limit_{};       // of those by which the cursor's keys were chosen
    std::optional<Timestamp>
        newest_{};  // the last record's `modified`, or the portal's time; none: not known yet
    bool new_shape_ = false;
    std::optional<Error> error_;
};

// The cost of a pass's wide loads.
struct WideCost {
    std::size_t pages = 0;
    std::size_t requests = 0;
    std::size_t invalid = 0;  // records met that cannot be stored
};

// The rest of a walk after `page`, whose first page was requested at `began`, by the portal's time.
RangePlan plan_rest(PassContext context, const StreamMemory& memory, const Page& page, Timestamp began);

// Runs a WideLoad and returns its result. Also after an error or exception, `committer` contains what it has committed,
// `dialect` and `cost` what it has learned and cost.
Task<Result<bool>> load_wide(PassContext context, const PassSettings& settings, StreamMemory& memory,
                             Committer& committer, Dialect& dialect, RangePlan plan,
                             std::optional<std::string> until, WideCost& cost);

// After the walk that follows a wide load: compares the numbers of settled records, which no longer change place, and
// requests a whole reconciliation if the portal counts more than the store has: a range has missed some (hazard 30:
// they may have moved back, for example). `invalid`: how many of them cannot be stored. One request. Nothing is
// compared if the portal does not count.
Task<Result<>> check_count(PassContext context, Fetcher& fetcher, Dialect dialect, StreamState state,
                           const PassSettings& settings, std::size_t invalid);

}  // namespace carecloud
