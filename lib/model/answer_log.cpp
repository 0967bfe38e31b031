#include "model/answer_log.hpp"

#include <algorithm>

namespace carecloud {

void AnswerLog::note(std::uint64_t last_seq, Asked asked) {
    if (!commits_.empty() && commits_.back().last_seq >= last_seq) return;
    commits_.push_back({last_seq, asked});
    if (commits_.size() <= kCommitsKept) return;
    forgotten_to_ = commits_.front().last_seq;
    commits_.pop_front();
}

Asked AnswerLog::of(std::uint64_t seq) const {
    if (seq <= forgotten_to_) return {};
    const auto found =
        std::lower_bound(commits_.begin(), commits_.end(), seq,
                         [](const Commit& commit, std::uint64_t at) { return commit.last_seq < at; });
    return found == commits_.end() ? Asked{} : found->asked;
}

}  // namespace carecloud
