#include "sync/ledger.hpp"

#include <optional>

namespace carecloud {

Task<Result<std::size_t>> Ledger::commit(Batch batch) {
    const std::optional<StreamState> state = batch.state;
    auto committed = co_await store_.commit(std::move(batch));
    if (!committed) co_return committed.error();
    if (state) state_ = *state;
    summary_ += *committed;
    co_return committed->changes() + committed->quarantined;
}

}  // namespace carecloud
