// Whether a PostgreSQL store may be used (moved.hpp).
#pragma once

#include "base/error.hpp"
#include "store/postgres/connection.hpp"

#include <optional>
#include <string>

namespace carecloud {

// The reason to refuse the store, which is named `store` in it; std::nullopt if it may be used. Throws PgError.
std::optional<Error> refuse_moved_store(PgConnection& db, const std::string& store);

}  // namespace carecloud
