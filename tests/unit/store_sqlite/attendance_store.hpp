// A store that holds given bodies as records of claim_attendance, and its views as another program reads them.
#pragma once

#include "model/record.hpp"
#include "store/sqlite/connection.hpp"
#include "unit/store_sqlite/attendance_reader.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// What a query answers: the columns' names, then the rows; numbers with six decimals.
struct SqlTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
};

class AttendanceStore {
  public:
    // Record number i is called as `record_name` says.
    explicit AttendanceStore(const std::vector<std::string>& bodies);

    static std::string record_name(std::size_t index);

    // A later version of a record, of a whole month, that comes at that time.
    void correct(std::size_t index, const std::string& body, const std::string& at, bool disabled = false);

    // Whatever the query's error, it fails the test. Schemas are not trusted, as in the daemon.
    SqlTable ask(const std::string& query);
    // All four views, of one record. Columns that are the store's own (stream, id, seq …) are left out.
    AttendanceRows read(std::size_t index);
    void sql(const std::string& statements) { fixture_.sql(statements); }

  private:
    std::vector<ViewRow> rows(const std::string& view, std::size_t index);

    StoreFixture fixture_;
};

}  // namespace carecloud
