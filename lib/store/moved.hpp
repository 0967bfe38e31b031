// Whether a store may be used: one that was moved to another database must not be, because both would give the same
// numbers to different changes.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Notes in the table meta.
inline constexpr const char* kMovedTo = "moved_to";  // where the store is now
inline constexpr const char* kCopying =
    "copying";  // it is being copied here; what is copied, and of which state

// Why a store with these notes is refused; none: it may be used.
std::optional<Error> refuse_moved(const std::string& store, const std::optional<std::string>& moved_to,
                                  const std::optional<std::string>& copying);

}  // namespace carecloud
