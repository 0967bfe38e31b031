// The content of a PostgreSQL store, as store_reader.hpp reads that of SQLite: by plain SQL, in one snapshot.
//
//     PostgresReader store(settings);
//     REQUIRE(broken_log(store.read()) == "");
//
// It connects again after the server was restarted, or to another of the hosts. Used from one thread. Throws PgError
// while there is no server.
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
    // The value of a subquery; empty or 0 if it has no row, or NULL.
    std::string text(const std::string& sql);
    std::uint64_t number(const std::string& sql);

  private:
    PgConnection& db();

    PostgresSettings settings_;
    std::unique_ptr<PgConnection> db_;
};

}  // namespace carecloud
