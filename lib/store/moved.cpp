#include "store/moved.hpp"

namespace carecloud {

std::optional<Error> refuse_moved(const std::string& store, const std::optional<std::string>& moved_to,
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
                     .hint = "repeat the copy, which resumes after the interruption"};
    }
    return std::nullopt;
}

}  // namespace carecloud
