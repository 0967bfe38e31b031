// The table `passes`: bounded passes as they were requested, and as far as they came. On the store's thread; throws
// SqlError.
#pragma once

#include "base/error.hpp"
#include "model/job.hpp"
#include "store/sqlite/statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class PassTable {
  public:
    explicit PassTable(Connection& db);

    // A new row where its id is 0, else that row anew. `at` becomes updated_at, and wished_at of a new one. The id.
    std::uint64_t save(const Job& pass, std::string_view at);
    // By id. Errors: store_corrupt where a stored word is unknown.
    Result<std::vector<Job>> all();

  private:
    Connection& db_;
    Statement insert_;
    Statement update_;
    Statement all_;
    Statement forget_;
};

// All rows of a SELECT of pass_columns(), which it runs and resets.
Result<std::vector<Job>> read_passes(Statement& select);
std::string_view pass_columns();

}  // namespace carecloud
