// What a service reports when an engine begins: what an earlier life of the process left in the store. What cannot be
// read is logged, and counts as not there. I/O thread alone.
//
//     StartReport report({.log = log, .store = store, .inbox = inbox, …});
//     co_await report.passes(*engine, {"claim_attendance"});
//     co_await report.topics(configuration.sns->topic_arns);
#pragma once

#include "base/clock.hpp"
#include "runtime/log.hpp"
#include "sns/subscriptions.hpp"
#include "store/inbox.hpp"
#include "store/store.hpp"
#include "sync/engine.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/pass_log.hpp"

#include <string>
#include <vector>

namespace carecloud {

// All of these outlive the report.
struct StartReportPorts {
    Log& log;
    Store& store;
    Inbox& inbox;
    Subscriptions& subscriptions;
    PassLog& pass_log;
    EventLog& event_log;
};

class StartReport {
  public:
    explicit StartReport(const StartReportPorts& ports) : ports_(ports) {}

    // First passes, bounded passes and open events. `streams`: those that run. The engine does not run yet.
    Task<> passes(Engine& engine, std::vector<std::string> streams);
    // Whether the topics are subscribed to.
    Task<> topics(std::vector<std::string> topic_arns);

  private:
    StartReportPorts ports_;
};

}  // namespace carecloud
