#include "unit/store_postgres/postgres_views.hpp"

#include "base/ascii.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

const std::set<std::string> kNumbers{
    "invoiceamount", "familyfee",    "wk1",          "wk2",          "wk3",          "wk4",
    "wk5",           "wk6",          "month",        "totaldays",    "nhtotaldays",  "ahtotaldays",
    "thtotalhours",  "nhtotalhours", "ahtotalhours", "satotalhours", "sutotalhours", "totalabsence"};
const std::set<std::string> kAnyType{"tags", "data", "metadata"};

// SQLite and PostgreSQL may parse the last bit of a number differently.
std::string twelve_digits(const std::string& number) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.12g", std::stod(number) + 0.0);
    return text.data();
}

std::string words(const std::vector<std::string>& columns,
                  const std::vector<std::optional<std::string>>& cells, bool months_are_numbers) {
    std::string row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const bool is_number = kNumbers.contains(columns[i]) && (columns[i] != "month" || months_are_numbers);
        row += columns[i] + '=';
        row += !cells[i] ? "NULL" : is_number ? twelve_digits(*cells[i]) : '\'' + *cells[i] + '\'';
        row += '\n';
    }
    return row;
}

}  // namespace

std::vector<std::string> view_rows(AttendanceStore& store, const std::string& view) {
    std::vector<std::string> columns = store.ask("SELECT * FROM " + view + " LIMIT 0").columns;
    std::string list;
    for (std::string& column : columns) {
        // As numbers they would be printed with six decimals.
        const bool is_text = kNumbers.contains(column) || kAnyType.contains(column);
        list += (list.empty() ? "" : ", ") + (is_text ? "CAST(" + column + " AS TEXT)" : column);
        column = ascii_lower(column);
    }
    std::vector<std::string> rows;
    for (const auto& cells : store.ask("SELECT " + list + " FROM " + view).rows)
        rows.push_back(words(columns, cells, view == "claim_attendance"));
    std::sort(rows.begin(), rows.end());
    return rows;
}

PostgresViews::PostgresViews() {
    PostgresSettings settings = PostgresCluster::shared().fresh_database();
    // A view over all bodies may take long on a busy machine.
    settings.limits.statement = settings.limits.idle_in_transaction = std::chrono::minutes(2);
    settings.answer_timeout = std::chrono::minutes(3);
    db_ = open_session(settings);
    migrate_schema(*db_, settings.schema);
}

void PostgresViews::copy(AttendanceStore& store) {
    struct Copy {
        const char* select;
        const char* insert;
    };
    static constexpr Copy all[] = {
        {"SELECT stream, entity FROM streams",
         "INSERT INTO streams (stream, entity, fingerprint, dialect, updated_at, reconciled_fingerprint, "
         "ranges)"
         " VALUES ($1, $2, '', '', now(), '', '')"},
        {"SELECT stream, id, modified, seq, deleted_at, body, readable FROM records",
         "INSERT INTO records (stream, id, modified, hash, seq, kind, deleted_at, body, readable)"
         " VALUES ($1, $2, $3, '', $4::bigint, '', $5::timestamptz, $6, $7)"},
        {"SELECT seq, stream, id, kind, modified, committed_at, start_day, previous FROM changes",
         "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at, start_day, previous)"
         " VALUES ($1::bigint, $2, $3, $4, $5, '', $6::timestamptz, $7::integer, $8::bigint)"},
        {"SELECT seq, n, day, sign_in, field, was, is_now FROM corrections",
         "INSERT INTO corrections (seq, n, day, sign_in, field, was, is_now)"
         " VALUES ($1::bigint, $2::bigint, $3, $4, $5, $6, $7)"},
    };
    for (const Copy& table : all) {
        PgTransaction transaction(*db_);
        const SqlTable rows = store.ask(table.select);
        for (const auto& cells : rows.rows) {
            PgParams params;
            for (const auto& cell : cells)
                params.add(cell);
            db_->run(table.insert, params);
        }
        transaction.commit();
    }
}

void PostgresViews::add_record(const std::string& id, const std::string& body) {
    db_->query(
        "INSERT INTO records (stream, id, modified, hash, seq, kind, body)"
        " VALUES ('claim_attendance', $1, '', '', 0, '', $2)",
        id, body);
}

std::vector<std::string> PostgresViews::columns(const std::string& view) {
    std::vector<std::string> names;
    for (const PgRow row : db_->query("SELECT column_name::text FROM information_schema.columns WHERE "
                                      "table_name = $1 ORDER BY ordinal_position",
                                      view))
        names.emplace_back(row.text(0));
    return names;
}

std::vector<std::string> PostgresViews::rows(const std::string& view) {
    const std::vector<std::string> names = columns(view);
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ", ") + name + "::text";
    std::vector<std::string> rows;
    for (const PgRow row : db_->query("SELECT " + list + " FROM " + view)) {
        std::vector<std::optional<std::string>> cells;
        for (int i = 0; i < static_cast<int>(names.size()); ++i)
            cells.push_back(row.is_null(i) ? std::nullopt : std::optional(std::string(row.text(i))));
        rows.push_back(words(names, cells, view == "claim_attendance"));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace carecloud
