#include "sync/ledger.hpp"

#include <optional>

namespace carecloud {

Task<Result<std::size_t>> Ledger::commit(Batch batch) {
    const std::optional<StreamState> state = batch.state;
    if (batch.page) batch.asked_at = batch.page->asked_at();
    batch.overlap = overlap_;
    // Read again in other words, or for the first time, a record may change under one `modified` (hazard 14).
    batch.wished = wished_ || state_.reconciled_fingerprint != state_.fingerprint;
    auto committed = co_await store_.commit(std::move(batch));
    if (!committed) co_return committed.error();
    if (state) state_ = *state;
    summary_ += *committed;
    co_return committed->changes() + committed->quarantined;
}

}  // namespace carecloud
