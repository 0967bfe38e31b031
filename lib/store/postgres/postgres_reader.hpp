// The Reader of a PostgreSQL store, for any daemon.
//
//     auto reader = PostgresReader::open(settings);   // after the store was opened, which creates the schema
//     Result<ChangePage> page = co_await (*reader)->changes(4711, 1000);
//
// Each of its two threads has a connection. Neither ever writes; a commit is visible as soon as it has completed. A
// call whose connection ends during the call fails with store_failed, and later ones reconnect.
#pragma once

#include "store/postgres/pg_read_database.hpp"
#include "store/threaded_reader.hpp"

#include <memory>

namespace carecloud {

class PostgresReader : public ThreadedReader {
  public:
    // Blocks while it connects. Errors: store_busy store_failed store_newer.
    static Result<std::unique_ptr<PostgresReader>> open(const PostgresSettings& settings,
                                                        const ReadBounds& bounds = {});

  private:
    using ThreadedReader::ThreadedReader;
};

}  // namespace carecloud
