// A connection with a session that is set up, to the first of the hosts that accepts writes.
//
//     const std::unique_ptr<PgConnection> db = open_session(settings);   // throws PgError
//
// Refused, each with its reason: a server that is not version 14 to 17, a database that is not UTF-8, a standby or a
// read-only server, a pooler that shares sessions between clients (transaction pooling).
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"

#include <memory>

namespace carecloud {

std::unique_ptr<PgConnection> open_session(const PostgresSettings& settings);

// Sets the server's time limits; may be called again later.
void set_limits(PgConnection& db, const PgLimits& limits);

}  // namespace carecloud
