// The version of a record that a store holds, with the change that brought it, and the decision on an arriving version:
// the same in every database.
//
//     HeldChange held = read_somewhere(record.id);
//     const Decision decision = decide_on(held, {batch, answers, seq_before, now}, record, past);
#pragma once

#include "model/batch.hpp"
#include "model/change.hpp"
#include "model/record.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace carecloud {

struct HeldChange {
    std::uint64_t seq = 0;
    HeldVersion version{};
    PastChange newest{};  // change `seq`
};

// `kind` is the text in the change log. It is missing only if another program pruned the log further than the schema
// allows; then the change counts as an update.
ChangeKind last_change_of(bool deleted, std::string_view kind);

// The inputs that all decisions on a batch share.
struct BatchDecisions {
    const Batch& batch;
    const AnswerLog& answers;
    std::uint64_t seq_before = 0;  // the newest change before the batch
    Timestamp now{};               // the store's time
};

// Decides on a record of the batch's page of which the store holds a version. `past` returns earlier changes, including
// those of this batch.
Decision decide_on(HeldChange& held, const BatchDecisions& decisions, const Record& record,
                   const PastChanges& past);

}  // namespace carecloud
