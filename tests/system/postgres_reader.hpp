// Reads the content of a PostgreSQL store with plain SQL, in one snapshot, as store_reader.hpp does for SQLite.
//
//     PostgresReader store(settings);
//     REQUIRE(broken_log(store.read()) == "");
//
// Reconnects after a restart of the server, if necessary to another host. For one thread. Throws PgError while no
// server is reachable.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"
#include "system/store_reader.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace carecloud {

class PostgresReader {
  public:
    explicit PostgresReader(PostgresSettings settings) : settings_(std::move(settings)) {}

    ReadStore read();
    ReadEvents events();
    // Return the value of a subquery; empty or 0 if it is NULL or has no row.
    std::string text(const std::string& sql);
    std::uint64_t number(const std::string& sql);

  private:
    PgConnection& db();

    PostgresSettings settings_;
    std::unique_ptr<PgConnection> db_;
};

}  // namespace carecloud
