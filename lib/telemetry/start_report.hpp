// Reports what an earlier process left in the store, when an engine begins. Data that cannot be read is treated as
// missing, and the error is logged. I/O thread only.
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

// All of them must outlive the report.
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

    // First passes, bounded passes and open events. `streams`: those that run. Must be called before the engine runs.
    Task<> passes(Engine& engine, std::vector<std::string> streams);
    // The state of the topics' subscriptions.
    Task<> topics(std::vector<std::string> topic_arns);

  private:
    StartReportPorts ports_;
};

}  // namespace carecloud
