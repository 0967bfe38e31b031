// What becomes of a version that arrives: the one place that says when it is taken and what the change log
// calls it. Every store asks here, so that all of them agree (promise 2).
#pragma once

#include "core/record.hpp"
#include "core/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class ChangeKind { created, updated, disabled, deleted, restored };

std::string_view to_string(ChangeKind kind);
std::optional<ChangeKind> change_kind_from(std::string_view text);

// The version a store holds of a record.
struct HeldVersion {
    std::optional<Timestamp> modified;  // none where the stored text does not parse (an older store's)
    Hash hash{};
    ChangeKind last_change = ChangeKind::created;
};

enum class Verdict {
    take,       // write it, with one row in the change log
    unchanged,  // the very version that is held
    stale,      // older than the one held: the newer `modified` wins, whoever comes first (hazard 22)
};

struct Decision {
    Verdict verdict;
    ChangeKind kind;  // meaningful for `take` only
};

// `held` is null where the store never saw the record. Equal `modified` with another hash is taken as an
// update: the portal changed content without moving `modified` (hazard 6). A record held as `deleted` that
// comes again is restored, whatever its version.
Decision decide(const HeldVersion* held, Timestamp modified, const Hash& hash, bool disabled);

}  // namespace carecloud
