// Reads the content of a PostgreSQL store from outside, as the same plain values as read_sqlite.hpp.
#pragma once

#include "contract/read_sqlite.hpp"
#include "store/postgres/settings.hpp"
#include "support/memory_store/store_content.hpp"

namespace carecloud {

// Throws PgError.
StoreContent read_postgres(const PostgresSettings& settings);
InboxContent read_postgres_inbox(const PostgresSettings& settings);

}  // namespace carecloud
