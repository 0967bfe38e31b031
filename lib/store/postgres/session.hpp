// A connection whose session is set up, on the first of the hosts that accepts writes.
//
//     const std::unique_ptr<PgConnection> db = open_session(settings);   // throws PgError
//
// Refused, each with its reason: a server that is not version 14 to 17, a database that is not UTF-8, a standby or a
// server that is read-only, a pooler that does not keep the session (transaction pooling).
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"

#include <memory>

namespace carecloud {

std::unique_ptr<PgConnection> open_session(const PostgresSettings& settings);

// Sets limits of the server's side, also later.
void set_limits(PgConnection& db, const PgLimits& limits);

}  // namespace carecloud
