// What is checked every few seconds because nobody reports it.
//
// The watchdog of systemd (WatchdogSec=) is fed as long as the service makes progress of its own: this thread runs, the
// store's writer answers, and no stream slept past its time. A portal or a disk that fails is an outage, never a hang.
//
// The store must still be in its place (hazard 37): what is written into one that was removed, replaced or unmounted is
// lost, so the process ends and the service manager starts it on what is there then.
//
// What the configuration does not have the store keep is taken away, a slice at a time.
//
// The health learns what is no event: a stream that is behind, the quota, the disk, the certificate's end, what is
// doubted.
//
// I/O thread alone.
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
    // `exit` is called once the store is lost, after log and health have it.
    Watches(const ServiceParts& parts, std::function<void(ExitCode)> exit);

    // Each until stop(). The first returns at once if no watchdog is configured, the second once the store is lost.
    Task<> feed_watchdog();
    Task<> watch_store();
    Task<> watch_health();
    // A fact has changed that watch_health() would learn later.
    void check_health_soon() { health_alarm_->wake(); }
    Task<> prune_store();
    void stop();

  private:
    Task<> check_health();
    StreamFacts facts_of(const StreamSettings& stream) const;
    void log_worse(const ReasonMap& found);

    ServiceParts parts_;
    std::function<void(ExitCode)> exit_;
    std::unique_ptr<Alarm> watchdog_alarm_;
    std::unique_ptr<Alarm> store_alarm_;
    std::unique_ptr<Alarm> health_alarm_;
    std::unique_ptr<Alarm> prune_alarm_;
    std::uint64_t doubted_ = 0;  // as last counted
    std::map<std::string_view, ServiceState> logged_;
    bool stopped_ = false;
};

}  // namespace carecloud
