// What one pass has committed so far: the one way from a pass into the store, so that the state in memory is never
// ahead of the state on disk. I/O thread alone.
#pragma once

#include "portal/query.hpp"
#include "store/store.hpp"
#include "sync/walk/context.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace carecloud {

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

    // How many of the batch's records were new to the store, invalid ones included.
    Task<Result<std::size_t>> commit(Batch batch);

  private:
    std::vector<bool> first_met(const Page& page) const;

    PassContext context_;
    Duration overlap_;
    bool on_demand_;
    StreamState state_;
    CommitSummary summary_;
    std::optional<Dialect> dialect_;  // none: nothing counts as met for the first time
    std::optional<Cursor> met_to_;
    MonoTime configured_at_{};
};

}  // namespace carecloud
