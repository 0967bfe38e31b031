// The views of a PostgreSQL store that holds the same rows as a SQLite store.
#pragma once

#include "store/postgres/connection.hpp"
#include "unit/store_sqlite/attendance_store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// A view's rows in a form that is the same for both databases: column names in lower case, numbers with 12 digits, rows
// sorted. Texts of `tags`, `data` and `metadata` are numbers in SQLite if they are numbers in the body.
std::vector<std::string> view_rows(AttendanceStore& store, const std::string& view);

class PostgresViews {
  public:
    PostgresViews();

    // The rows of the tables that the views read.
    void copy(AttendanceStore& store);
    // A record that no daemon would store.
    void add_record(const std::string& id, const std::string& body);
    std::vector<std::string> rows(const std::string& view);
    std::vector<std::string> columns(const std::string& view);

    PgConnection& db() { return *db_; }

  private:
    std::unique_ptr<PgConnection> db_;
};

}  // namespace carecloud
