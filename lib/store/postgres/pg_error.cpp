#include "store/postgres/pg_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {
namespace {

// `sqlstate`: a code of five characters, or a class of two.
struct Remedy {
    std::string_view sqlstate;
    ErrorCode code;
    std::string_view hint;
};

// The first match applies. Other errors are store_failed, without a hint.
constexpr auto kRemedies = std::to_array<Remedy>({
    {"53100", ErrorCode::store_full, "free space on the database server's disk"},
    {"53200", ErrorCode::store_busy, "the database server is out of memory"},
    {"53300", ErrorCode::store_busy,
     "raise max_connections, or limit the connections of other programs; each daemon uses eight"},
    {"53", ErrorCode::store_busy, "raise the limit on the database server"},
    {"55P03", ErrorCode::store_busy,
     "another session holds a lock on the store's tables; end its transaction"},
    {"57014", ErrorCode::store_busy,
     "the database server is slow, or another session holds a lock; see "
     "pg_stat_activity"},
    {"25P03", ErrorCode::store_busy, "this process was paused inside a transaction"},
    {"25006", ErrorCode::store_failed,
     "the server is a standby or read-only; the daemon searches for the primary"},
    {"40", ErrorCode::store_busy, "another session conflicts; the call is repeated"},
    {"57P03", ErrorCode::store_busy, "the database server is starting or shutting down"},
    {"57P", ErrorCode::store_failed,
     "the database server was restarted or closed the connection; the daemon reconnects"},
    {"28P01", ErrorCode::store_failed, "check the user in store.url and the password in store.password_file"},
    {"28000", ErrorCode::store_failed,
     "check the user in store.url, and pg_hba.conf on the database server for this host, user and database"},
    {"3D000", ErrorCode::store_failed, "create the database, or correct its name in store.url"},
    {"3F000", ErrorCode::store_failed, "create the schema, owned by the daemon's role"},
    {"42501", ErrorCode::store_failed,
     "the daemon's role must own the schema and its tables: CREATE SCHEMA … AUTHORIZATION …"},
    {"42P01", ErrorCode::store_corrupt, "a table is missing; restore the schema from a backup"},
    {"42703", ErrorCode::store_corrupt, "a column is missing; restore the schema from a backup"},
    {"26000", ErrorCode::store_failed,
     "a prepared statement was lost: a connection pooler must use pool_mode=session"},
    {"58", ErrorCode::store_failed, "check the database server's log and its disks"},
    {"XX001", ErrorCode::store_corrupt, "a table is damaged; restore the database from a backup"},
    {"XX002", ErrorCode::store_corrupt, "an index is damaged; run REINDEX on it"},
});

const Remedy* remedy_for(const std::string& sqlstate) {
    const auto found = std::find_if(kRemedies.begin(), kRemedies.end(),
                                    [&](const Remedy& one) { return sqlstate.starts_with(one.sqlstate); });
    return found == kRemedies.end() ? nullptr : &*found;
}

std::string_view hint_for_kind(PgError::Kind kind) {
    switch (kind) {
        case PgError::Kind::lost:
            return "check that the database server is running and reachable; the daemon reconnects";
        case PgError::Kind::timed_out:
            return "the database server or the network does not respond; the daemon reconnects";
        case PgError::Kind::uncertain:
            return "the call is repeated; nothing is stored twice";
        case PgError::Kind::refused:
        case PgError::Kind::misused:
        case PgError::Kind::newer:
            break;
    }
    return {};
}

ErrorCode code_for_kind(PgError::Kind kind) {
    if (kind == PgError::Kind::timed_out) return ErrorCode::store_busy;
    if (kind == PgError::Kind::newer) return ErrorCode::store_newer;
    return ErrorCode::store_failed;
}

}  // namespace

bool PgError::ends_connection() const {
    if (kind_ == Kind::misused || kind_ == Kind::newer) return false;
    if (kind_ != Kind::refused) return true;
    return sqlstate_ == "25006" || sqlstate_ == "25P03" || sqlstate_ == "26000" ||
           sqlstate_.starts_with("08") || sqlstate_.starts_with("57P");
}

std::string shown_message(std::string_view sqlstate, std::string_view message) {
    // Class 22 quotes the refused value; the texts of the other classes come from functions, triggers and foreign
    // servers.
    static constexpr std::array<std::string_view, 5> quoting{"22", "P0", "38", "39", "HV"};
    const bool quotes = std::any_of(quoting.begin(), quoting.end(),
                                    [&](std::string_view one) { return sqlstate.starts_with(one); });
    if (quotes) return "the database server refused a value";
    return std::string(message.substr(0, message.find('\n')));
}

Error to_error(const PgError& error, std::string operation, const std::string& where) {
    const Remedy* const remedy = remedy_for(error.sqlstate());
    std::string subject = where + ": " + error.what();
    if (!error.sqlstate().empty()) subject += ", SQLSTATE " + error.sqlstate();
    std::string hint = error.hint();
    if (hint.empty()) hint = remedy ? remedy->hint : hint_for_kind(error.kind());
    return {.code = remedy ? remedy->code : code_for_kind(error.kind()),
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

}  // namespace carecloud
