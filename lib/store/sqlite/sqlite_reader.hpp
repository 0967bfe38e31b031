// The Reader of a SqliteStore's file, used while the store is open.
//
//     auto reader = SqliteReader::open({.path = "/var/lib/carecloud-syncd/store.db"});   // after SqliteStore::open
//     Result<ChangePage> page = co_await (*reader)->changes(4711, 1000);
//
// Neither of its threads ever writes; a commit is seen from its end on.
#pragma once

#include "store/sqlite/read_database.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/threaded_reader.hpp"

#include <memory>

namespace carecloud {

class SqliteReader : public ThreadedReader {
  public:
    // Blocks while it opens. Errors: store_busy store_failed store_corrupt. Close it before the store, which would
    // leave its log behind otherwise.
    static Result<std::unique_ptr<SqliteReader>> open(const SqliteSettings& settings,
                                                      const ReadBounds& bounds = {});

  private:
    using ThreadedReader::ThreadedReader;
};

}  // namespace carecloud
