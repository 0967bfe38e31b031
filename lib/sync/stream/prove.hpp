// Proves the portal's dialect with its own records (hazard 28). A literal of another type silently matches nothing, so
// each form must find what it should and omit what it should not.
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

// Sends a query to the portal.
using AskPortal = std::function<Task<Result<PagePtr>>(const Query& query)>;
AskPortal asking(Fetcher& fetcher);

// None: the stream has no record yet to prove anything with. Mostly costs about 20 requests, each for one record's
// keys, in three rounds of concurrent ones. `first`: a record to begin with, before those that the portal lists first:
// one that the dialect in use does not find. `listed`: what the portal lists first, if it has been requested, which
// saves a round. Errors: dialect_unknown where no form passes with any of a few records; whatever ended a request.
Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec,
                                                   std::optional<Key> first = std::nullopt,
                                                   const Page* listed = nullptr);

// The dialect whose literals find this record; std::nullopt: no form does.
Task<Result<std::optional<Dialect>>> prove_with(AskPortal ask, const StreamSpec& spec, Key sample,
                                                Spelling spelling);

// Checks whether a proven dialect still finds what it must (hazard 33): `sample`, or else the last record in the
// portal's order, which has the type that is written now. Returns the record if it is not found. std::nullopt: it was
// found, there is no record, or the portal refuses the descending order. Costs two requests, one with a sample.
Task<Result<std::optional<Key>>> find_unmatched(AskPortal ask, const StreamSpec& spec, Dialect dialect,
                                                std::optional<Key> sample);

// Whether more of the newest records have the types of `proven` than those of `in_use`: single records of another type
// must not determine how all others are requested (hazard 33). True if the portal refuses the order.
Task<Result<bool>> prevails(AskPortal ask, const StreamSpec& spec, Dialect proven, Dialect in_use);

// Repeats the proof of the dialect (hazard 33): after twelve consecutive passes that stored nothing, otherwise after
// twelve passes and at least an hour, and whenever an event or a reconciliation found a record that a walk should have
// met. Called at the end of each walk; `brought`: the walk has stored something. Returns the portal's current dialect
// if it differs from `in_use`; if the dialect is configured, only what can be proven of it. Sets memory.mixed if a
// record has other types than most. Usually costs no request; if due, two, or one with a known record, and about 20
// more if the record is not found. Errors: dialect_unknown if no form works, or if the configured dialect finds nothing
// any more; those of the requests. I/O thread only.
Task<Result<std::optional<Dialect>>> watch_dialect(Fetcher& fetcher, const PassSettings& settings,
                                                   StreamMemory& memory, Dialect in_use, bool brought,
                                                   MonoTime now);

}  // namespace carecloud
