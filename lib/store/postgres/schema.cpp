#include "store/postgres/schema.hpp"

#include "store/postgres/transaction.hpp"

#include <utility>

namespace carecloud {
namespace {

// A migration may rewrite a large table.
constexpr std::chrono::milliseconds kMigrationTimeout = std::chrono::hours(6);

constexpr const char* kVersionTable =
    "CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL, compatible boolean NOT "
    "NULL, "
    "applied_at timestamptz NOT NULL DEFAULT now())";
constexpr std::string_view kLz4 = " COMPRESSION lz4";

void ensure_schema(PgConnection& db, const std::string& schema) {
    if (!db.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema).empty()) return;
    try {
        db.script("CREATE SCHEMA " + quoted_identifier(schema));
    } catch (const PgError& error) {
        if (error.is("42P06") || error.is("23505")) return;  // another daemon created it
        if (!error.is("42501")) throw;
        throw PgError(PgError::Kind::misused, error.sqlstate(),
                      "there is no schema " + schema + ", and the role may not create it",
                      "as an administrator of the database: CREATE SCHEMA " + quoted_identifier(schema) +
                          " AUTHORIZATION " +
                          quoted_identifier(std::string(db.query("SELECT "
                                                                 "current_user::text")[0]
                                                            .text(0))));
    }
}

bool has_table(PgConnection& db, const std::string& schema, const std::string& table) {
    return !db.query(
                  "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                  " WHERE n.nspname = $1 AND c.relname = $2",
                  schema, table)
                .empty();
}

void refuse_other_program(PgConnection& db, const std::string& schema) {
    const bool empty = db.query(
                             "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                             " WHERE n.nspname = $1 LIMIT 1",
                             schema)
                           .empty();
    if (empty) return;
    throw PgError(PgError::Kind::misused, "", "the schema " + schema + " contains tables of another program",
                  "use another schema in store.schema; this one was not changed");
}

// Reads the version. `known`: the last version of this program.
PgSchemaState state_of(PgConnection& db, int known) {
    const PgRows rows = db.query(
        "SELECT coalesce(max(version), 0), coalesce(bool_and(compatible) FILTER (WHERE version > "
        "$1), true) FROM schema_version",
        std::int32_t{known});
    PgSchemaState state{.version = static_cast<int>(rows[0].number(0))};
    state.is_newer = state.version > known;
    if (state.is_newer && !rows[0].flag(1)) {
        throw PgError(PgError::Kind::newer, "",
                      "schema version " + std::to_string(state.version) +
                          ", but this version supports at most " + std::to_string(known),
                      "use the newer carecloud-syncd, or restore a backup made before the upgrade");
    }
    return state;
}

bool has_lz4(PgConnection& db) {
    return !db.query(
                  "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = "
                  "ANY(enumvals)")
                .empty();
}

std::string without_lz4(std::string sql) {
    for (std::size_t at = sql.find(kLz4); at != std::string::npos; at = sql.find(kLz4, at))
        sql.erase(at, kLz4.size());
    return sql;
}

// The caller has begun a transaction and holds the advisory lock.
void apply(PgConnection& db, const PgMigration& migration, bool lz4) {
    db.script(lz4 ? std::string(migration.sql) : without_lz4(std::string(migration.sql)));
    db.query("INSERT INTO schema_version (version, name, compatible) VALUES ($1, $2, $3)",
             std::int32_t{migration.number}, migration.name, migration.is_compatible());
    end_leases(db);
}

// Takes the lock of migrations until the end of the transaction.
void lock_migrations(PgConnection& db, const std::string& schema) {
    try {
        db.query("SELECT pg_advisory_xact_lock(hashtextextended('carecloud-syncd ' || $1, 0))", schema);
    } catch (const PgError& error) {
        if (!error.is("55P03")) throw;
        throw PgError(error.kind(), error.sqlstate(), "another daemon is migrating the store",
                      "wait until it has finished; the migration of a large store may take hours");
    }
}

// Applies the next migration. False if there is none.
bool apply_next(PgConnection& db, const std::string& schema, std::span<const PgMigration> known, bool lz4) {
    PgTransaction transaction(db);
    lock_migrations(db, schema);
    if (!has_table(db, schema, "schema_version")) {
        refuse_other_program(db, schema);
        db.script(kVersionTable);
    }
    const PgSchemaState state = state_of(db, known.back().number);
    for (const PgMigration& migration : known) {
        if (migration.number <= state.version) continue;
        db.script("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
        apply(db, migration, lz4);
        transaction.commit();
        return true;
    }
    return false;
}

// Extends the time limit for responses during its lifetime.
class PatientAnswers {
  public:
    explicit PatientAnswers(PgConnection& db) : db_(db), before_(db.set_answer_timeout(kMigrationTimeout)) {}
    ~PatientAnswers() { db_.set_answer_timeout(before_); }
    PatientAnswers(const PatientAnswers&) = delete;
    PatientAnswers& operator=(const PatientAnswers&) = delete;

  private:
    PgConnection& db_;
    std::chrono::milliseconds before_;
};

}  // namespace

std::string quoted_identifier(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"') text += '"';
        text += c;
    }
    return text + '"';
}

void end_leases(PgConnection& db) {
    db.script(
        "UPDATE leases SET token = token + 1, holder = '';"
        " UPDATE lease_expiry e SET expires_at = '-infinity', token = l.token FROM leases l"
        " WHERE l.stream = e.stream");
}

PgSchemaState migrate_schema(PgConnection& db, const std::string& schema,
                             std::span<const PgMigration> known) {
    const PatientAnswers patient(db);
    ensure_schema(db, schema);
    const bool lz4 = has_lz4(db);
    if (!has_table(db, schema, "schema_version") ||
        state_of(db, known.back().number).version < known.back().number) {
        while (apply_next(db, schema, known, lz4)) {
        }
    }
    PgSchemaState state = state_of(db, known.back().number);
    state.has_lz4 = lz4;
    return state;
}

PgSchemaState read_schema_state(PgConnection& db, const std::string& schema) {
    if (has_table(db, schema, "schema_version")) return state_of(db, pg_migrations().back().number);
    refuse_other_program(db, schema);
    return {};
}

}  // namespace carecloud
