// The two halves of a step of a pass: the next page is fetched while this one is stored.
//
//     auto both = side_by_side(std::move(fetching), std::move(storing));
//     auto [fetched, stored] = co_await std::move(both);
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/walk/paginator.hpp"

#include <cstddef>
#include <utility>

namespace carecloud {

// The first exception ends the other half, and is thrown when both have ended; a fault goes before a cancellation.
Task<std::pair<Result<Fetched>, Result<std::size_t>>> side_by_side(Task<Result<Fetched>> fetching,
                                                                   Task<Result<std::size_t>> storing);

}  // namespace carecloud
