// The edge at which SqlError ends: Database and the readers share it.
#pragma once

#include "store/sqlite/connection.hpp"

#include <string>

namespace carecloud {

// What `work` returns, a Result, or what it threw as an Error about the database at `path`.
template <class Work>
auto guarded(const std::string& operation, const std::string& path, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SqlError& error) {
        return to_error(error, operation, path);
    }
}

}  // namespace carecloud
