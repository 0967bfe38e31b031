// The store as the engine and the SNS endpoint see it: measured, and what it sets aside told. I/O thread alone.
#pragma once

#include "store/sqlite/sqlite_store.hpp"
#include "telemetry/metered_inbox.hpp"
#include "telemetry/metered_store.hpp"
#include "telemetry/pass_log.hpp"

#include <string>

namespace carecloud {

struct MeteredParts {
    // All of these outlive it.
    MeteredParts(SqliteStore& sqlite, const Clock& clock, Histories& books, PassLog& log)
        : store(sqlite, clock, books,
                [&log](const std::string& stream, const CommitSummary& summary) {
                    log.set_aside(stream, summary);
                }),
          inbox(sqlite, clock, books.metrics) {}

    MeteredStore store;
    MeteredInbox inbox;
};

}  // namespace carecloud
