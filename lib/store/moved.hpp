// Refuses stores that must not be used. A store that was moved to another database must not, because both would assign
// the same numbers to different changes.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Names of rows in the table `meta`.
inline constexpr const char* kMovedTo = "moved_to";  // the store's new place
// A copy to this store is incomplete; the value identifies the state of its source.
inline constexpr const char* kCopying = "copying";

// The reason to refuse a store with these notes; std::nullopt if it may be used.
std::optional<Error> refuse_moved(const std::string& store, const std::optional<std::string>& moved_to,
                                  const std::optional<std::string>& copying);

}  // namespace carecloud
