// A store with the given bodies as records of claim_attendance, and its views as read by another program.
#pragma once

#include "model/record.hpp"
#include "store/sqlite/connection.hpp"
#include "unit/store_sqlite/attendance_reader.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// The result of a query: the columns' names, then the rows; numbers with six decimals.
struct SqlTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
};

class AttendanceStore {
  public:
    // The id of record number i is record_name(i).
    explicit AttendanceStore(const std::vector<std::string>& bodies);

    static std::string record_name(std::size_t index);

    // Stores a later version of a record, for a whole month, at that time.
    void correct(std::size_t index, const std::string& body, const std::string& at, bool disabled = false);

    // An error of the query fails the test. Schemas are not trusted, as in the daemon.
    SqlTable ask(const std::string& query);
    // All four views of one record, without the store's own columns (stream, id, seq …).
    AttendanceRows read(std::size_t index);
    void sql(const std::string& statements) { fixture_.sql(statements); }

  private:
    std::vector<ViewRow> rows(const std::string& view, std::size_t index);

    StoreFixture fixture_;
};

}  // namespace carecloud
