// The commits of one pass. This is the only way from a pass to the store, so the state in memory is never ahead of the
// state on disk. I/O thread only.
#pragma once

#include "portal/query.hpp"
#include "store/store.hpp"
#include "sync/walk/context.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace carecloud {

// A stream's row to which several walks commit concurrently. The state in a commit is determined when its turn has
// come: it must not contain what another commit, which may fail, has under way.
class SharedRow {
  public:
    SharedRow() = default;
    SharedRow(const SharedRow&) = delete;
    SharedRow& operator=(const SharedRow&) = delete;
    virtual ~SharedRow() = default;

    // The state to commit now.
    virtual StreamState next() = 0;
    // It was committed.
    virtual void committed(const StreamState& state) = 0;
};

// One commit at a time for all committers that share a row.
struct CommitTurn {
    bool taken = false;
    Waiters free{};
};

class Committer {
  public:
    // `overlap`: the stream's. `on_demand`: an event or an operator requested the committed records.
    Committer(PassContext context, Duration overlap, bool on_demand = false)
        : context_(context), overlap_(overlap), on_demand_(on_demand) {}

    // `loaded`: the stream's row, just read from the store.
    void open(StreamState loaded) { state_ = std::move(loaded); }
    const StreamState& state() const { return state_; }
    const CommitSummary& summary() const { return summary_; }

    // From now on, records beyond `met_to` (std::nullopt: all records) count as met for the first time with this
    // configuration, which applies since `configured_at`. Only for ordinary passes, whose walks meet all records in
    // order.
    void meets_beyond(const Dialect& dialect, std::optional<Cursor> met_to, MonoTime configured_at) {
        dialect_ = dialect;
        met_to_ = std::move(met_to);
        configured_at_ = configured_at;
    }

    // Called after a commit that doubted or reversed a record, before another commit can resolve the doubt: otherwise,
    // after a kill, nothing in the store would show that there was one. Its errors do not fail the commit.
    void when_odd(std::function<Task<Result<>>()> call) { when_odd_ = std::move(call); }

    // From now on other committers commit to the same row, in turns. Both must outlive it. If a batch has a state, it
    // is replaced by row.next().
    void share(CommitTurn& turn, SharedRow& row) {
        turn_ = &turn;
        row_ = &row;
    }

    // The result of another walk of the same pass.
    void adopt(StreamState state, const CommitSummary& summary) {
        state_ = std::move(state);
        summary_ += summary;
    }

    // Returns how many of the batch's records were new to the store, including invalid ones.
    Task<Result<std::size_t>> commit(Batch batch);

  private:
    std::vector<bool> first_met(const Page& page) const;
    Task<Result<std::size_t>> commit_in_turn(Batch batch);
    Task<Result<std::size_t>> commit_now(Batch batch);

    PassContext context_;
    Duration overlap_;
    bool on_demand_;
    StreamState state_;
    CommitSummary summary_;
    std::optional<Dialect> dialect_;  // empty: nothing counts as met for the first time
    std::optional<Cursor> met_to_;
    MonoTime configured_at_{};
    std::function<Task<Result<>>()> when_odd_{};
    CommitTurn* turn_ = nullptr;  // null: there are no other committers to the row
    SharedRow* row_ = nullptr;
};

}  // namespace carecloud
