#include "telemetry/metered_store.hpp"

#include <utility>

namespace carecloud {

Task<Result<CommitSummary>> MeteredStore::commit(Batch batch) {
    const std::string stream = batch.stream;
    const bool own_pass = batch.state.has_value();
    const MonoTime begun = clock_.now();
    auto committing = store_.commit(std::move(batch));
    Result<CommitSummary> summary = co_await std::move(committing);
    const MonoTime now = clock_.now();
    if (!summary) {
        histories_.metrics.store_failed(summary.error().code);
        co_return summary;
    }
    histories_.metrics.committed(stream, *summary, now - begun);
    histories_.day.count_changes(summary->changes(), now);
    const bool odd = summary->quarantined + summary->doubted + summary->reversed + summary->unsteady > 0;
    if (odd) set_aside_(stream, *summary);
    if (own_pass) histories_.passes.note_commit(stream, summary->changes(), now);
    co_return summary;
}

}  // namespace carecloud
