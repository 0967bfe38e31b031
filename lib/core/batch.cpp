#include "core/batch.hpp"

#include <algorithm>

namespace carecloud {

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

CommitSummary& CommitSummary::operator+=(const CommitSummary& other) {
    created += other.created;
    updated += other.updated;
    disabled += other.disabled;
    deleted += other.deleted;
    restored += other.restored;
    unchanged += other.unchanged;
    stale += other.stale;
    quarantined += other.quarantined;
    last_seq = std::max(last_seq, other.last_seq);
    written = written || other.written;
    return *this;
}

}  // namespace carecloud
