// Which answer of the portal brought each of the newest changes: what the order of answers is told by (hazard 22). In
// memory alone, since no answer outlives the process that asked.
#pragma once

#include "model/record.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace carecloud {

class AnswerLog {
  public:
    // `seq`: the newest change of the lives before.
    explicit AnswerLog(std::uint64_t seq = 0) : forgotten_to_(seq) {}

    // The changes up to `last_seq` that were not noted yet came with this answer. In ascending order.
    void note(std::uint64_t last_seq, Asked asked);
    // Zero: the change is an earlier life's, or was brought by an answer long before the newest ones.
    Asked of(std::uint64_t seq) const;

  private:
    struct Commit {
        std::uint64_t last_seq = 0;
        Asked asked;
    };

    static constexpr std::size_t kCommitsKept = 4096;

    std::uint64_t forgotten_to_;  // changes up to this one are not known
    std::deque<Commit> commits_;
};

}  // namespace carecloud
