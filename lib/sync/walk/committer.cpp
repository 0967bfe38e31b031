#include "sync/walk/committer.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "sync/walk/walk.hpp"

#include <optional>

namespace carecloud {

std::vector<bool> Committer::first_met(const Page& page) const {
    std::vector<bool> first;
    first.reserve(page.records.size());
    for (const Record& record : page.records)
        first.push_back(!met_to_ || compare_keys(*dialect_, record, *met_to_) > 0);
    return first;
}

Task<Result<std::size_t>> Committer::commit(Batch batch) {
    const std::optional<StreamState> state = batch.state;
    ensure(state_.stream.empty() || batch.stream == state_.stream, "a pass commits to its own stream");
    ensure(!state || state->fingerprint == state_.fingerprint || !state->cursor,
           "a cursor is stored with the fingerprint of its walk");
    if (batch.page) batch.asked_at = context_.asked_at(*batch.page);
    batch.overlap = overlap_;
    batch.on_demand = on_demand_;
    if (batch.page && dialect_) batch.first_met = first_met(*batch.page);
    batch.configured_at = configured_at_;
    CO_TRY_ASSIGN(auto committed, context_.store.commit(std::move(batch)));
    if (state) state_ = *state;
    summary_ += committed;
    co_return committed.changes() + committed.quarantined;
}

}  // namespace carecloud
