// The last question about a record that listings within the stream leave out (sync-model, hazards 21 and 38).
#pragma once

#include "portal/dialect.hpp"
#include "sync/walk/fetcher.hpp"

#include <string>

namespace carecloud {

// Of a record in quarantine. True: it is none of the stream's. The portal denies it when it is asked for it alone, or
// it has it and the stream's filter leaves it out. False: it is there, and the listings were wrong. `spec` lives until
// the end. Errors: the portal's.
Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id);

// What the portal says of a record that is held, when it is asked for it without the stream's filter.
enum class Presence {
    denied,   // it is gone
    changed,  // it is there in another version than the one held
    same,     // it is there just as it is held, or no version of it can be read
};

struct Sighting {
    Presence presence = Presence::same;
    PagePtr page;  // the answer; keys alone where no answer carries the whole record
};

// With a projection (`spec.fields`) the version is told by `modified` alone. `spec` lives until the end. Errors: the
// portal's.
Task<Result<Sighting>> sight(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect, std::string id,
                             HeldRecord held);

// Whether the stream's filter shows the record when its `_id` is asked for in the other literal form. One whose `_id`
// has another type than the dialect's is in no other answer, and has left nothing (hazard 33). `spec` lives until the
// end. Errors: the portal's; a form that it refuses is one that no `_id` has.
Task<Result<bool>> is_listed_in_other_form(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect,
                                           std::string id);

// What becomes of a record that the portal has and that queries by id with the stream's filter left out.
enum class Omitted {
    left,  // it has left the stream's filter
    hole,  // the listings are wrong: it is kept, and reported
    wait,  // a second look, an overlap after the first, will say
};

// `first`: the first of these queries; `asked_at`: the latest, by the portal's time. Pure.
Omitted judge_omitted(const Omission& first, Timestamp asked_at, Duration overlap, Presence presence);

}  // namespace carecloud
