// The versions of the schema: numbered SQL files, compiled in, applied in order by one daemon at a time, each in its
// own transaction. The table schema_version has a row for each applied one.
//
// A file whose first line begins with "-- Compatible" only adds objects that an older program does not need. Such a
// program may still receive events and serve the API, but must not run the engine.
#pragma once

#include "store/postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>

namespace carecloud {

// Quotes a name for use in SQL.
std::string quoted_identifier(std::string_view name);

struct PgMigration {
    int number;  // from 1, without holes
    std::string_view name;
    std::string_view sql;

    bool is_compatible() const { return sql.starts_with("-- Compatible"); }
};

// All migrations of this program, in order.
std::span<const PgMigration> pg_migrations();

struct PgSchemaState {
    int version = 0;        // of the database
    bool is_newer = false;  // newer than this program but compatible: this program must not run the engine
    bool has_lz4 = true;    // false: the server was built without lz4; PostgreSQL's own compression is used
};

// Migrates the schema to the last version of `known`. Creates the schema if it is missing and the role may. Each
// migration ends all leases, so the engine of an older daemon writes nothing more. Throws PgError: `newer` if the
// database is newer than `known` and not compatible, `misused` if the schema belongs to another program.
PgSchemaState migrate_schema(PgConnection& db, const std::string& schema,
                             std::span<const PgMigration> known = pg_migrations());

// Expires all leases and invalidates their fences, in the current transaction. Throws PgError.
void end_leases(PgConnection& db);

// Reads the version without changing anything; 0 if there is no store in the schema. Throws PgError like the above.
PgSchemaState read_schema_state(PgConnection& db, const std::string& schema);

}  // namespace carecloud
