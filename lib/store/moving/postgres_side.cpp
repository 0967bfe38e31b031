#include "store/moving/postgres_side.hpp"

#include "store/peers.hpp"
#include "store/postgres/copy.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::milliseconds kStatementLimit{10 * 60 * 1000};
constexpr std::chrono::milliseconds kLockLimit{10'000};

constexpr const char* kRunning =
    "SELECT 1 FROM lease_expiry WHERE expires_at > clock_timestamp() UNION ALL"
    " SELECT 1 FROM daemons WHERE seen_at > clock_timestamp() - $1 * interval '1 second'";

std::string list(const MovedTable& table, std::size_t count, const char* after) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += (i > 0 ? ", " : "") + std::string(table.columns[i].name) + after;
    return text;
}

// Keys are compared by bytes in all tables, as in SQLite.
std::string order(const MovedTable& table, const char* direction) {
    std::string text;
    for (std::size_t i = 0; i < table.key_columns; ++i) {
        const MovedColumn& column = table.columns[i];
        text += (i > 0 ? ", " : "") + std::string(column.name) +
                (column.kind == ColumnKind::text ? " COLLATE \"C\"" : "") + direction;
    }
    return text;
}

const char* cast_of(ColumnKind kind) {
    switch (kind) {
        case ColumnKind::number:
            return "::bigint";
        case ColumnKind::day:
            return "::integer";
        case ColumnKind::flag:
            return "::boolean";
        case ColumnKind::time:
            return "::timestamptz";
        default:
            return "";
    }
}

// " WHERE (stream COLLATE "C", id COLLATE "C") > ($1, $2)"
std::string behind(const MovedTable& table) {
    std::string values;
    for (std::size_t i = 0; i < table.key_columns; ++i)
        values += (i > 0 ? ", $" : "$") + std::to_string(i + 1) + "::text" + cast_of(table.columns[i].kind);
    return " WHERE (" + order(table, "") + ") > (" + values + ")";
}

std::optional<std::string> cell_of(const PgRow& row, int column, ColumnKind kind) {
    if (row.is_null(column)) return std::nullopt;
    switch (kind) {
        case ColumnKind::number:
        case ColumnKind::day:
            return std::to_string(row.number(column));
        case ColumnKind::flag:
            return row.flag(column) ? "1" : "0";
        case ColumnKind::time:
            return row.time_text(column);
        default:
            return std::string(row.text(column));
    }
}

MovedRow row_of(const PgRow& row, const MovedTable& table, std::size_t columns) {
    return moved_row(table, columns, [&row](int i, ColumnKind kind) { return cell_of(row, i, kind); });
}

void copy_cell(PgCopy& copy, ColumnKind kind, const std::optional<std::string>& cell) {
    if (!cell) return copy.null_field();
    switch (kind) {
        case ColumnKind::number:
            return copy.field(static_cast<std::int64_t>(std::stoll(*cell)));
        case ColumnKind::day:
            return copy.field(static_cast<std::int32_t>(std::stol(*cell)));
        case ColumnKind::flag:
            return copy.field(*cell != "0");
        case ColumnKind::time:
            return copy.field(Timestamp::parse(*cell).value_or(Timestamp{}));
        default:
            return copy.field(std::string_view(*cell));
    }
}

}  // namespace

template <class Work>
auto PostgresSide::guard(Work work) {
    try {
        return work();
    } catch (const PgError& error) {
        throw MovingError(to_error(error, "copy store", description_));
    }
}

Result<std::unique_ptr<PostgresSide>> PostgresSide::open(const PostgresSettings& settings) {
    PostgresSettings patient = settings;
    patient.limits = {
        .statement = kStatementLimit, .lock = kLockLimit, .idle_in_transaction = kStatementLimit};
    patient.answer_timeout = kStatementLimit;
    return pg_guarded("open store", settings.text(), [&]() -> Result<std::unique_ptr<PostgresSide>> {
        auto db = open_session(patient);
        migrate_schema(*db, settings.schema);
        return std::unique_ptr<PostgresSide>(new PostgresSide(settings.text(), std::move(db)));
    });
}

PostgresSide::PostgresSide(std::string description, std::unique_ptr<PgConnection> db)
    : description_(std::move(description)), db_(std::move(db)) {}

// Standbys count, too: they store events, and may become the leader.
void PostgresSide::check_unused() {
    guard([&] {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(DaemonRow::kUnseenUsual);
        if (db_->query(kRunning, std::int64_t{seconds.count()}).empty()) return;
        throw MovingError({.code = ErrorCode::store_owned,
                           .operation = "copy store",
                           .subject = "a daemon is running on " + description_,
                           .hint = "stop all daemons of this store; if one was killed, wait ten seconds"});
    });
}

void PostgresSide::lock() {
    guard([&] {
        locked_.emplace(*db_);
        check_unused();
        // Of daemons that were not seen because they are paused or cannot reach the server. They cannot take another
        // lease of a moved store.
        end_leases(*db_);
        std::string tables = "change_head, event_head, meta";
        for (const MovedTable& table : moved_tables())
            tables += ", " + std::string(table.name);
        db_->query("LOCK TABLE " + tables + " IN EXCLUSIVE MODE");
    });
}

void PostgresSide::finish() {
    guard([&] {
        locked_->commit();
        locked_.reset();
    });
}

std::vector<MovedRow> PostgresSide::read(const MovedTable& table, const std::optional<MovedRow>& after,
                                         std::size_t limit) {
    return guard([&] {
        PgParams params;
        for (std::size_t i = 0; after && i < table.key_columns; ++i)
            params.add((*after)[i]);
        std::vector<MovedRow> rows;
        for (const PgRow row : db_->run("SELECT " + list(table, table.columns.size(), "") + " FROM " +
                                            table.name + (after ? behind(table) : "") + " ORDER BY " +
                                            order(table, "") + " LIMIT " + std::to_string(limit),
                                        params))
            rows.push_back(row_of(row, table, table.columns.size()));
        return rows;
    });
}

void PostgresSide::write(const MovedTable& table, const std::vector<MovedRow>& rows) {
    guard([&] {
        PgTransaction transaction(*db_);
        PgCopy copy(*db_, "COPY " + std::string(table.name) + " (" + list(table, table.columns.size(), "") +
                              ") FROM STDIN BINARY");
        for (const MovedRow& row : rows) {
            copy.row(row.size());
            for (std::size_t i = 0; i < row.size(); ++i)
                copy_cell(copy, table.columns[i].kind, row[i]);
        }
        copy.end();
        transaction.commit();
    });
}

void PostgresSide::clear(const MovedTable& table) {
    guard([&] { db_->script("TRUNCATE " + std::string(table.name)); });
}

std::optional<MovedRow> PostgresSide::last(const MovedTable& table) {
    return guard([&]() -> std::optional<MovedRow> {
        const PgRows rows = db_->query("SELECT " + list(table, table.key_columns, "") + " FROM " +
                                       table.name + " ORDER BY " + order(table, " DESC") + " LIMIT 1");
        if (rows.empty()) return std::nullopt;
        return row_of(rows[0], table, table.key_columns);
    });
}

MovedHeads PostgresSide::heads() {
    return guard([&] {
        const PgRows rows = db_->query(
            "SELECT (SELECT seq FROM change_head), (SELECT n FROM event_head), coalesce((SELECT max(pass) "
            "FROM passes), "
            "0)");
        return MovedHeads{.seq = rows[0].count(0), .event = rows[0].count(1), .pass = rows[0].count(2)};
    });
}

void PostgresSide::set_heads(const MovedHeads& heads) {
    guard([&] {
        PgTransaction transaction(*db_);
        db_->query("UPDATE change_head SET seq = $1", heads.seq);
        db_->query("UPDATE event_head SET n = $1", heads.event);
        db_->query("SELECT setval(pg_get_serial_sequence('passes', 'pass'), $1::bigint + 1, false)",
                   heads.pass);
        transaction.commit();
    });
}

std::optional<std::string> PostgresSide::note(const std::string& name) {
    return guard([&]() -> std::optional<std::string> {
        const PgRows rows = db_->query("SELECT value FROM meta WHERE name = $1", name);
        if (rows.empty()) return std::nullopt;
        return std::string(rows[0].text(0));
    });
}

void PostgresSide::set_note(const std::string& name, const std::optional<std::string>& value) {
    guard([&] {
        if (value)
            db_->query(
                "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
                "excluded.value",
                name, *value);
        else
            db_->query("DELETE FROM meta WHERE name = $1", name);
    });
}

}  // namespace carecloud
