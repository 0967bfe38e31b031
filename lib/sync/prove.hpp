// Proves which dialect the portal speaks, with one of its own records in hand (hazard 28). A literal of
// another type matches nothing in silence, so every form is shown to find what it must and to leave out what
// it must not.
#pragma once

#include "core/error.hpp"
#include "core/stream.hpp"
#include "portal/dialect.hpp"
#include "portal/query.hpp"
#include "sync/fetcher.hpp"

#include <functional>
#include <optional>

namespace carecloud {

// None: the stream has no record yet to prove anything with. Costs about ten requests, each of one record's
// keys. Errors: dialect_unknown where no form passes; whatever ended a request.
Task<Result<std::optional<Dialect>>> prove_dialect(Fetcher& fetcher, const StreamSpec& spec);

// The same for those who ask the portal in a way of their own.
using AskPortal = std::function<Task<Result<PagePtr>>(const Query& query)>;
Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec);

}  // namespace carecloud
