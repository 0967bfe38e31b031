// What an earlier life of the process left in the store, for the log and the health. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "runtime/log.hpp"
#include "sns/subscriptions.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/pass_log.hpp"

#include <string>
#include <vector>

namespace carecloud {

// First passes, bounded passes and open events; what cannot be read is logged, and counts as not there. All of these
// outlive it.
Task<> recall_earlier_life(SqliteStore& store, PassLog& pass_log, Log& log,
                           std::vector<std::string> entities);
// The subscriptions of these topics, and whether they can be read.
Task<> recall_subscriptions(Subscriptions& subscriptions, EventLog& event_log, Log& log,
                            std::vector<std::string> topic_arns);

}  // namespace carecloud
