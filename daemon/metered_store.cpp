#include "metered_store.hpp"

#include <utility>

namespace carecloud {

Task<Result<CommitSummary>> MeteredStore::commit(Batch batch) {
    const std::string stream = batch.stream;
    const MonoTime begun = clock_.now();
    auto committing = store_.commit(std::move(batch));
    Result<CommitSummary> summary = co_await std::move(committing);
    if (summary)
        metrics_.committed(stream, *summary, clock_.now() - begun);
    else
        metrics_.store_failed(summary.error().code);
    co_return summary;
}

}  // namespace carecloud
