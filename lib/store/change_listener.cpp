#include "store/change_listener.hpp"

#include <utility>

namespace carecloud {
namespace {

Task<Result<CommitSummary>> announce_after(Task<Result<CommitSummary>> committing,
                                           std::shared_ptr<ChangeListener::Call> call) {
    Result<CommitSummary> summary = co_await std::move(committing);
    if (summary && summary->changes() > 0 && *call) (*call)(summary->last_seq);
    co_return summary;
}

}  // namespace

void ChangeListener::set(Call call) {
    *call_ = std::move(call);
}

Task<Result<CommitSummary>> ChangeListener::after(Task<Result<CommitSummary>> committing) const {
    return announce_after(std::move(committing), call_);
}

}  // namespace carecloud
