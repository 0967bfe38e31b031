#include "model/batch.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

std::optional<Error> refuse(const Batch& batch) {
    if (!batch.state || batch.state->stream == batch.stream) return std::nullopt;
    return Error{.code = ErrorCode::invalid_argument,
                 .operation = "commit " + batch.stream,
                 .subject = "the batch carries the state of " + batch.state->stream,
                 .hint = ""};
}

Arrival arrival_of(const Batch& batch, const Record& record, Asked brought) {
    const auto index = static_cast<std::size_t>(&record - batch.page->records.data());
    const bool is_in_current_format = brought.received > brought.sent && brought.sent >= batch.configured_at;
    const bool is_first_met = !batch.first_met.empty() && batch.first_met.at(index);
    return {.modified = record.modified,
            .hash = record.hash,
            .disabled = record.disabled,
            .asked_at = batch.asked_at,
            .on_demand = batch.on_demand,
            .first_met = is_first_met && !is_in_current_format,
            .overlap = batch.overlap};
}

void CommitSummary::count(ChangeKind kind) {
    switch (kind) {
        case ChangeKind::created:
            ++created;
            return;
        case ChangeKind::updated:
            ++updated;
            return;
        case ChangeKind::disabled:
            ++disabled;
            return;
        case ChangeKind::deleted:
            ++deleted;
            return;
        case ChangeKind::restored:
            ++restored;
            return;
    }
}

void CommitSummary::count_quarantined(std::string id) {
    ++quarantined;
    if (quarantined_ids.size() < kQuarantinedNamedMax) quarantined_ids.push_back(std::move(id));
}

CommitSummary& CommitSummary::operator+=(const CommitSummary& other) {
    created += other.created;
    updated += other.updated;
    disabled += other.disabled;
    deleted += other.deleted;
    restored += other.restored;
    unchanged += other.unchanged;
    doubted += other.doubted;
    reversed += other.reversed;
    unsteady += other.unsteady;
    undoubted += other.undoubted;
    quarantined += other.quarantined;
    for (const std::string& id : other.quarantined_ids) {
        if (quarantined_ids.size() < kQuarantinedNamedMax) quarantined_ids.push_back(id);
    }
    released += other.released;
    last_seq = std::max(last_seq, other.last_seq);
    written = written || other.written;
    return *this;
}

}  // namespace carecloud
