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
inline std::optional<Error> refuse_moved(const std::string& store, const std::optional<std::string>& moved_to,
                                         const std::optional<std::string>& copying) {
    if (moved_to) {
        return Error{.code = ErrorCode::config_invalid,
                     .operation = "open store",
                     .subject = store + " was moved to " + *moved_to,
                     .hint = "set store.url to the store's new place"};
    }
    if (copying) {
        return Error{.code = ErrorCode::config_invalid,
                     .operation = "open store",
                     .subject = store + " is an incomplete copy of another store",
                     .hint = "repeat the copy, which continues from there"};
    }
    return std::nullopt;
}

}  // namespace carecloud
