// The schema's versions: numbered SQL files, compiled in, applied in order, each in a transaction of its own, by one
// daemon at a time. The table schema_version has a row for each that was applied.
//
// A file whose first line begins with "-- Compatible" only adds what an older program does not need: such a program may
// still receive events and serve, but must not run the engine.
#pragma once

#include "store/postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>

namespace carecloud {

// "name" as SQL takes any name.
std::string quoted_identifier(std::string_view name);

struct PgMigration {
    int number;  // from 1, without holes
    std::string_view name;
    std::string_view sql;

    bool is_compatible() const { return sql.starts_with("-- Compatible"); }
};

// All that this program knows, in order.
std::span<const PgMigration> pg_migrations();

struct PgSchemaState {
    int version = 0;        // of the database
    bool is_newer = false;  // than this program, compatibly: it must not run the engine
    bool has_lz4 =
        true;  // false: the server was built without it, and bodies take PostgreSQL's own compression
};

// Brings the schema up to `known`. Creates it if it is missing and the role may. An applied migration ends every lease,
// so that an older daemon's engine writes nothing more. Throws PgError: `newer` if the database is newer than `known`
// and not compatible, `misused` if the schema is another program's.
PgSchemaState migrate_schema(PgConnection& db, const std::string& schema,
                             std::span<const PgMigration> known = pg_migrations());

// The version, without changing anything; 0: there is no store in the schema. As above.
PgSchemaState read_schema_state(PgConnection& db, const std::string& schema);

}  // namespace carecloud
