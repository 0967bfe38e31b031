// A store of each kind with its reader, for tests that are templates over both.
#pragma once

#include "store/postgres/postgres_reader.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <memory>
#include <string>

namespace carecloud {

class SqliteReadStore {
  public:
    explicit SqliteReadStore(const ReadBounds& bounds = {});

    SqliteStore& store() { return fixture_.store(); }
    SqliteReader& reader() { return *reader_; }
    boost::asio::io_context& io() { return fixture_.io(); }
    // What an operator's shell could do. Fails the test on an error.
    void sql(const std::string& statements) { fixture_.sql(statements); }
    std::string value(const std::string& query) { return fixture_.value(query); }

    // Bytes as the database's SQL writes them: x'01'.
    static std::string blob(const std::string& hex) { return "x'" + hex + "'"; }

  private:
    StoreFixture fixture_;
    std::unique_ptr<SqliteReader> reader_;
};

// The same in a database of its own.
class PostgresReadStore {
  public:
    explicit PostgresReadStore(const ReadBounds& bounds = {});

    PostgresStore& store() { return *store_; }
    PostgresReader& reader() { return *reader_; }
    boost::asio::io_context& io() { return io_; }
    void sql(const std::string& statements) { db_->script(statements); }
    // Of a query of one text.
    std::string value(const std::string& query) { return std::string(db_->query(query)[0].text(0)); }

    static std::string blob(const std::string& hex) { return "'\\x" + hex + "'"; }

  private:
    boost::asio::io_context io_;
    HandClock clock_;
    std::unique_ptr<PostgresStore> store_;
    std::unique_ptr<PostgresReader> reader_;
    std::unique_ptr<PgConnection> db_;
};

}  // namespace carecloud
