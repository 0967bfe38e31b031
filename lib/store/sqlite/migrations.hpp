// The schema's versions: numbered SQL files, compiled in, applied in order, each in a transaction of its own.
// `PRAGMA user_version` is the number of the last one applied.
#pragma once

#include "base/error.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

struct Migration {
    int number;  // from 1, without holes
    std::string_view name;
    std::string_view sql;
};

// All that this program knows, in order.
std::span<const Migration> migrations();

// "CCSy", by which a database of ours is known from another program's (`PRAGMA application_id`; file(1) shows
// it).
inline constexpr std::int64_t kApplicationId = 0x43435379;

// Why the database cannot be ours to use: another program's (store_failed) or a newer version's
// (store_newer). An empty database is fine. Writes nothing. Throws SqlError.
std::optional<Error> refuse_foreign(Connection& db, const std::string& path);

// Brings the schema up to `known` (all migrations in the daemon). Throws SqlError; what was applied before
// stays.
void migrate(Connection& db, std::span<const Migration> known);

}  // namespace carecloud
