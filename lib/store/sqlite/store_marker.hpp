// A note outside of the store that there is one. Without it a store whose file is gone (removed, not mounted, a typing
// mistake in its path) would be replaced by an empty one in silence (hazard 37).
//
// Used while the store is opened.
#pragma once

#include "core/error.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Why no empty store may be created at settings.path: settings.marker says that one has been there. None: there is one
// now, or there never was. Error: store_corrupt.
std::optional<Error> refuse_lost_store(const SqliteSettings& settings);

// Notes that there is a store at settings.path. A marker that cannot be written is left to the next start.
void mark_store(const SqliteSettings& settings);

}  // namespace carecloud
