// The Reader of a PostgreSQL store, for any daemon.
//
//     auto reader = PostgresReader::open(settings);   // after the store was opened, which creates the schema
//     Result<ChangePage> page = co_await (*reader)->changes(4711, 1000);
//
// Two connections, one for each of its threads. Neither ever writes; a commit is seen as soon as it has ended. A call
// during which its connection ends fails with store_busy, and later ones connect again.
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
