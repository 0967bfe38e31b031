// Opens a connection to the host that accepts writes, and sets up its session. A former primary that is running again
// accepts writes, too. So if there are several hosts, the one with the newest timeline is used, and a host whose
// timeline is older than one seen before is refused.
//
//     const std::unique_ptr<PgConnection> db = open_session(settings);   // throws PgError
//
// Refused, each with its reason: a server that is not version 14 to 17, a database that is not UTF-8, a standby or a
// read-only server, a pooler that shares sessions between clients (transaction pooling).
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"

#include <chrono>
#include <memory>

namespace carecloud {

std::unique_ptr<PgConnection> open_session(const PostgresSettings& settings);

// Sets the server's time limits; may be called again later.
void set_limits(PgConnection& db, const PgLimits& limits);

// Ends sessions of daemons that have waited for their client inside a COPY, a pipeline or a response for this long. The
// server applies none of the session's limits there, so a stopped client would keep its locks for as long as it is
// stopped. To be called by sessions that wait for such a lock. Throws PgError.
void end_paused_sessions(PgConnection& db, std::chrono::milliseconds paused_for);

}  // namespace carecloud
