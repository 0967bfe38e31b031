#include "sync/ledger.hpp"

#include "core/ensure.hpp"

#include <optional>

namespace carecloud {

Task<Result<std::size_t>> Ledger::commit(Batch batch) {
    const std::optional<StreamState> state = batch.state;
    ensure(state_.stream.empty() || batch.stream == state_.stream, "a pass commits to its own stream");
    ensure(!state || state->fingerprint == state_.fingerprint || !state->cursor,
           "a cursor stays with the fingerprint that it was reached with");
    if (batch.page) batch.asked_at = context_.asked_at(*batch.page);
    batch.overlap = overlap_;
    // Read again in other words, or for the first time, a record may change under one `modified` (hazard 14).
    batch.wished = wished_ || state_.reconciled_fingerprint != state_.fingerprint;
    auto committed = co_await context_.store.commit(std::move(batch));
    if (!committed) co_return committed.error();
    if (state) state_ = *state;
    summary_ += *committed;
    co_return committed->changes() + committed->quarantined;
}

}  // namespace carecloud
