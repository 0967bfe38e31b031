#include "store/held_change.hpp"

namespace carecloud {

ChangeKind last_change_of(bool deleted, std::string_view kind) {
    return deleted ? ChangeKind::deleted : change_kind_from(kind).value_or(ChangeKind::updated);
}

Decision decide_on(HeldChange& held, const BatchDecisions& decisions, const Record& record,
                   const PastChanges& past) {
    const Asked brought = decisions.answers.of(held.seq);
    Arrival arrival = arrival_of(decisions.batch, record, brought);
    // Duplicates in one response have no order.
    const bool is_of_this_page = held.seq > decisions.seq_before;
    arrival.in_order = !is_of_this_page && decisions.batch.page->asked.is_after(brought);
    const bool is_same = held.version.modified == arrival.modified && held.version.hash == arrival.hash;
    if (!is_same && held.version.last_change != ChangeKind::deleted)
        recall(held.version, arrival, held.newest, decisions.now, past);
    return decide(&held.version, arrival);
}

}  // namespace carecloud
