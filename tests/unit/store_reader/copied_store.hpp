// A SQLite store, and a PostgreSQL store with the same rows, each with its reader.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/postgres_reader.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <memory>

namespace carecloud {

class CopiedStore {
  public:
    // Both readers have these bounds.
    explicit CopiedStore(const ReadBounds& bounds);

    // Replaces the rows of PostgreSQL by those of SQLite.
    void copy();

    StoreFixture& store() { return store_; }
    Reader& sqlite() { return *sqlite_; }
    Reader& postgres() { return *postgres_; }

  private:
    StoreFixture store_;
    std::unique_ptr<SqliteReader> sqlite_;
    std::unique_ptr<PgConnection> db_;
    std::unique_ptr<PostgresReader> postgres_;
};

}  // namespace carecloud
