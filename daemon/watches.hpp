// Checks that run every few seconds because nothing reports the conditions that they detect.
//
// Feeds systemd's watchdog (WatchdogSec=) as long as the service itself makes progress: this thread runs, the store's
// writer responds, and no stream is overdue. A failing portal or disk is an outage, not a hang.
//
// The store must still be in its place (hazard 37): writes to a store that was removed, replaced or unmounted are lost,
// so the process exits, and the service manager starts it with the store that is there then.
//
// Content that is older than the limits of store.keep is removed, a slice at a time.
//
// Health learns conditions that no event reports: a stream that is behind, the quota, the disk, the certificate's
// expiry, doubted records.
//
// I/O thread only.
#pragma once

#include "runtime/configuration.hpp"
#include "service_parts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

namespace carecloud {

class Watches {
  public:
    // `exit` is called once the store is lost, after the loss was logged and reported to Health.
    Watches(const ServiceParts& parts, std::function<void(ExitCode)> exit);

    // Each runs until stop(). The first returns immediately if no watchdog is configured, the second once the store is
    // lost.
    Task<> feed_watchdog();
    Task<> watch_store();
    Task<> watch_health();
    // Called after a change that watch_health() would otherwise notice later.
    void check_health_soon() { health_alarm_->wake(); }
    Task<> prune_store();
    // Once, to the end, for a service that does not keep running.
    Task<> prune_store_now();
    void stop();

  private:
    Task<bool> prune_slice();
    Task<> check_health();
    Task<> check_first_passes();
    StreamFacts facts_of(const StreamSettings& stream) const;
    void log_worse(const ReasonMap& found);

    ServiceParts parts_;
    std::function<void(ExitCode)> exit_;
    std::unique_ptr<Alarm> watchdog_alarm_;
    std::unique_ptr<Alarm> store_alarm_;
    std::unique_ptr<Alarm> health_alarm_;
    std::unique_ptr<Alarm> prune_alarm_;
    PruneReport pruned_;         // since it was last reported
    std::uint64_t doubted_ = 0;  // as last counted
    std::map<std::string_view, ServiceState> logged_;
    bool stopped_ = false;
};

}  // namespace carecloud
