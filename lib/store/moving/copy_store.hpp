// Copies a store from one database to another.
//
//     auto report = copy_store(*sqlite_side, *postgres_side, [](const MovingProgress& now) { show(now); });
//
// The target has the source's generation, numbers, history and cursors. After an interruption, repeat the call: what
// was copied stays, unless the source has changed since. At the end both are compared by hash; then the source is
// marked as moved and refuses to start (moved.hpp).
#pragma once

#include "base/error.hpp"
#include "store/moving/moving_side.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace carecloud {

struct MovingProgress {
    std::string table{};
    std::uint64_t rows = 0;  // of all tables, so far
    bool comparing = false;
};

struct MovingReport {
    std::uint64_t rows = 0;
    bool continued = false;  // an interrupted copy
};

// Errors: invalid_argument (the target contains a store, the source has moved, or was not completely copied itself),
// store_corrupt (the copies differ), and those of both databases.
Result<MovingReport> copy_store(MovingSide& from, MovingSide& to,
                                const std::function<void(const MovingProgress&)>& progress);

// Makes a moved store usable again. It gets another generation, because its numbers may have been given to other
// changes meanwhile. Errors: invalid_argument: it has not moved.
Result<> undo_move(MovingSide& store, const std::string& generation);

}  // namespace carecloud
