// What a store holds of a record, with the change that brought it, and the decision on a version that arrives: the same
// in every database.
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

// `kind`: the word in the change log. A row of the log can only be missing if another program pruned more than the
// schema allows.
ChangeKind last_change_of(bool deleted, std::string_view kind);

// What the decisions on a batch have in common.
struct BatchDecisions {
    const Batch& batch;
    const AnswerLog& answers;
    std::uint64_t seq_before = 0;  // of the change log, before the batch
    Timestamp now{};               // the store's time
};

// On a record of the batch's page that is held. `past`: the changes before; also those of this batch.
Decision decide_on(HeldChange& held, const BatchDecisions& decisions, const Record& record,
                   const PastChanges& past);

}  // namespace carecloud
