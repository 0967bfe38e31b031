#include "sync/walk/committer.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "sync/walk/observer.hpp"
#include "sync/walk/walk.hpp"

#include <optional>
#include <string>

namespace carecloud {

Task<Result<CommitSummary>> PassContext::commit(Batch batch) const {
    const std::string stream = batch.stream;
    const bool own_pass = batch.state.has_value();
    const MonoTime begun = clock.now();
    auto committing = store.commit(std::move(batch));
    const Result<CommitSummary> outcome = co_await std::move(committing);
    if (observer) observer->committed({stream, own_pass, clock.now() - begun, outcome});
    co_return outcome;
}

std::vector<bool> Committer::first_met(const Page& page) const {
    std::vector<bool> first;
    first.reserve(page.records.size());
    for (const Record& record : page.records)
        first.push_back(!met_to_ || compare_keys(*dialect_, record, *met_to_) > 0);
    return first;
}

Task<Result<std::size_t>> Committer::commit(Batch batch) {
    return turn_ ? commit_in_turn(std::move(batch)) : commit_now(std::move(batch));
}

Task<Result<std::size_t>> Committer::commit_in_turn(Batch batch) {
    while (turn_->taken)
        co_await turn_->free.wait(context_.clock);
    struct Turn {
        CommitTurn& turn;
        explicit Turn(CommitTurn& of) : turn(of) { turn.taken = true; }
        ~Turn() {
            turn.taken = false;
            turn.free.wake_all();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
    };
    const Turn turn(*turn_);
    if (batch.state) batch.state = row_->next();
    const std::optional<StreamState> state = batch.state;
    auto committing = commit_now(std::move(batch));
    auto committed = co_await std::move(committing);
    if (committed && state) row_->committed(*state);
    co_return committed;
}

Task<Result<std::size_t>> Committer::commit_now(Batch batch) {
    const std::optional<StreamState> state = batch.state;
    ensure(state_.stream.empty() || batch.stream == state_.stream, "a pass commits to its own stream");
    ensure(!state || state->fingerprint == state_.fingerprint || !state->cursor,
           "a cursor is stored with the fingerprint of its walk");
    if (batch.page) batch.asked_at = context_.asked_at(*batch.page);
    batch.overlap = overlap_;
    batch.on_demand = on_demand_;
    if (batch.page && dialect_) batch.first_met = first_met(*batch.page);
    batch.configured_at = configured_at_;
    CO_TRY_ASSIGN(auto committed, context_.commit(std::move(batch)));
    // Only now: walks continue from what is on disk, never from what may not have been written (promise 3).
    if (state) state_ = *state;
    summary_ += committed;
    if (when_odd_ && committed.doubted + committed.reversed > 0) {
        auto calling = when_odd_();
        const Result<> called = co_await std::move(calling);
        if (!called && context_.observer) context_.observer->failed(called.error());
    }
    co_return committed.changes() + committed.quarantined;
}

}  // namespace carecloud
