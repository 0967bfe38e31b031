// Proves which dialect the portal speaks, with its own records in hand (hazard 28). A literal of another type matches
// nothing in silence, so every form is shown to find what it must and to leave out what it must not.
#pragma once

#include "base/error.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "portal/query.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/fetcher.hpp"

#include <functional>
#include <optional>

namespace carecloud {

// Whoever asks the portal: a Fetcher, or a program of its own.
using AskPortal = std::function<Task<Result<PagePtr>>(const Query& query)>;
AskPortal asking(Fetcher& fetcher);

// None: the stream has no record yet to prove anything with. Mostly costs about 20 requests, each for one record's
// keys, in three rounds of concurrent ones. `first`: a record to begin with, before those that the portal lists first:
// one that the dialect in use does not find. Errors: dialect_unknown where no form passes with any of a few records;
// whatever ended a request.
Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec,
                                                   std::optional<Key> first = std::nullopt);

// The dialect whose literals find this record; none: no form does.
Task<Result<std::optional<Dialect>>> prove_with(AskPortal ask, const StreamSpec& spec, Key sample,
                                                Spelling spelling);

// Whether a dialect that was proven still finds what it must (hazard 33): `sample`, or else the record that the portal
// orders last, which has the type that is written now. The record that is not found; none: it was, or there is no
// record, or the portal knows no descending order. Costs two requests, one with a sample in hand.
Task<Result<std::optional<Key>>> find_unmatched(AskPortal ask, const StreamSpec& spec, Dialect dialect,
                                                std::optional<Key> sample);

// Whether more of the newest records have the types of `proven` than those of `in_use`: single records of another type
// must not decide how all others are asked for (hazard 33). True where the portal refuses the order.
Task<Result<bool>> prevails(AskPortal ask, const StreamSpec& spec, Dialect proven, Dialect in_use);

// A dialect that was proven once is not believed for ever (hazard 33): it is shown to find what it must after every
// twelfth pass in a row that brought nothing, every hour otherwise, and whenever an event or a reconciliation found
// what a walk should have met. Called at the end of each walk; `brought`: the walk has stored something. Returns the
// dialect that the portal uses by now if it is another one than `in_use`; of one that is set by hand only what can be
// proven of it. A record of other types than most others have sets memory.mixed. Mostly costs no request; two, or one
// with a record in hand, if it is due, and about 20 more if the record is not found. Errors: dialect_unknown if no form
// passes, or if the dialect was set by hand and finds nothing any more; whatever ended a request. I/O thread alone.
Task<Result<std::optional<Dialect>>> watch_dialect(Fetcher& fetcher, const PassSettings& settings,
                                                   StreamMemory& memory, Dialect in_use, bool brought,
                                                   MonoTime now);

}  // namespace carecloud
