// The views of a PostgreSQL store that contains the same rows as a SQLite store.
#pragma once

#include "store/postgres/connection.hpp"
#include "unit/store_sqlite/attendance_store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// The rows of a view in a form that both databases share: column names in lower case, numbers with 12 digits, rows
// sorted. Texts of `tags`, `data` and `metadata` are numbers in SQLite if they are numbers in the body.
std::vector<std::string> view_rows(AttendanceStore& store, const std::string& view);

class PostgresViews {
  public:
    PostgresViews();

    // Copies the rows of the tables that the views read.
    void copy(AttendanceStore& store);
    // Adds a record that no daemon would store.
    void add_record(const std::string& id, const std::string& body);
    std::vector<std::string> rows(const std::string& view);
    std::vector<std::string> columns(const std::string& view);

    PgConnection& db() { return *db_; }

  private:
    std::unique_ptr<PgConnection> db_;
};

}  // namespace carecloud
