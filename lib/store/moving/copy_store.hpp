// Copies a store from one database to another.
//
//     auto report = copy_store(*sqlite_side, *postgres_side, [](const MovingProgress& now) { show(now); });
//
// The target gets the source's generation, numbers, history and cursors. After an interruption, repeat the call: the
// rows that were copied are kept, unless the source has changed since then. Finally, both are compared by hash and the
// source is marked as moved, after which it refuses to start (moved.hpp).
#pragma once

#include "base/error.hpp"
#include "store/moving/moving_side.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace carecloud {

struct MovingProgress {
    std::string table{};
    std::uint64_t rows = 0;  // so far, in all tables
    bool comparing = false;
};

struct MovingReport {
    std::uint64_t rows = 0;
    bool continued = false;  // whether an interrupted copy was continued
};

// Errors: invalid_argument (the source contains no store, or the target already contains one), config_invalid (the
// source was moved, or is an incomplete copy itself), store_owned (a daemon is running), store_corrupt (the copies
// differ), and those of both databases.
Result<MovingReport> copy_store(MovingSide& from, MovingSide& to,
                                const std::function<void(const MovingProgress&)>& progress);

// Makes a moved store usable again. It gets a new generation, because the moved copy may have assigned its numbers to
// other changes in the meantime. Errors: invalid_argument if it was not moved.
Result<> undo_move(MovingSide& store, const std::string& generation);

}  // namespace carecloud
