// What one pass has committed so far: the one way from a pass into the store, so that the state in memory is never
// ahead of the state on disk. I/O thread alone.
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

// One commit at a time, of all that share a row.
struct CommitTurn {
    bool taken = false;
    Waiters free{};
};

class Committer {
  public:
    // `overlap`: the stream's. `on_demand`: an event or an operator asked for what is committed.
    Committer(PassContext context, Duration overlap, bool on_demand = false)
        : context_(context), overlap_(overlap), on_demand_(on_demand) {}

    // The stream's row as it stands in the store; `loaded` has just been read from there.
    void open(StreamState loaded) { state_ = std::move(loaded); }
    const StreamState& state() const { return state_; }
    const CommitSummary& summary() const { return summary_; }

    // What is committed from here on and lies beyond `met_to` is met for the first time with this configuration (none:
    // all of it is), in force since `configured_at`. Of an ordinary pass, whose walks meet everything in their order.
    void meets_beyond(const Dialect& dialect, std::optional<Cursor> met_to, MonoTime configured_at) {
        dialect_ = dialect;
        met_to_ = std::move(met_to);
        configured_at_ = configured_at;
    }

    // Called after a commit that has doubted or reversed a record, before any other can resolve the doubt: then nothing
    // in the store would show after a kill that there was one. Its errors are not the commit's.
    void when_odd(std::function<Task<Result<>>()> call) { when_odd_ = std::move(call); }

    // From now on other committers commit to the same row, in turns. Both outlive it. The state of a batch only shows
    // that one is to be committed: it is replaced by row.next().
    void share(CommitTurn& turn, SharedRow& row) {
        turn_ = &turn;
        row_ = &row;
    }

    // What another walk of the same pass has committed.
    void adopt(StreamState state, const CommitSummary& summary) {
        state_ = std::move(state);
        summary_ += summary;
    }

    // How many of the batch's records were new to the store, invalid ones included.
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
    std::optional<Dialect> dialect_;  // none: nothing counts as met for the first time
    std::optional<Cursor> met_to_;
    MonoTime configured_at_{};
    std::function<Task<Result<>>()> when_odd_{};
    CommitTurn* turn_ = nullptr;  // null: nobody else commits to the row
    SharedRow* row_ = nullptr;
};

}  // namespace carecloud
