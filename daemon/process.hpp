// The parts of the service, by lifetime: the process, its open store, and the engine, which a reload replaces. The
// parts that depend on one configuration are in settings.hpp. I/O thread only.
#pragma once

#include "api/change_feed.hpp"
#include "options.hpp"
#include "runtime/log.hpp"
#include "runtime/service_manager.hpp"
#include "runtime/system_clock.hpp"
#include "sns/receiver.hpp"
#include "sns/subscriptions.hpp"
#include "store/store_handle.hpp"
#include "sync/engine.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"
#include "telemetry/pass_log.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Exists as long as the process, whatever is configured.
struct Process {
    explicit Process(Log& written) : log(written) {}

    Log& log;
    boost::asio::io_context io{1};
    SystemClock clock{io};
    Notify notify;
    Health health{notify, clock};
    Histories histories;
    const Timestamp started_at = clock.wall();
    PassLog pass_log{log, health, clock, histories};
    EventLog event_log{log, health, clock, histories};
    ChangeFeed feed{clock};
    ExitCode code = ExitCode::ok;
};

// The open store, with metrics of its inbox, and its subscriptions in memory.
struct Storage {
    Storage(StoreHandle& opened, Process& process)
        : handle(opened),
          inbox(opened.inbox(), process.clock, process.histories.metrics),
          subscriptions(process.clock, inbox) {
        handle.set_change_listener(
            [&feed = process.feed](std::uint64_t newest_seq) { feed.announce(newest_seq); });
    }

    StoreHandle& handle;
    MeteredInbox inbox;
    Subscriptions subscriptions;
};

// The current engine; there is none before the first one, between two, and after the last one. Objects that outlive an
// engine refer to this.
class EngineSlot : public EngineWaker {
  public:
    explicit operator bool() const { return engine_ != nullptr; }
    // Only if there is an engine.
    Engine* operator->() const { return engine_.get(); }
    Engine& operator*() const { return *engine_; }

    void start(std::unique_ptr<Engine> engine) { engine_ = std::move(engine); }
    void end() {
        hold_ = engine_->hold();
        push_ = engine_->push();
        engine_.reset();
    }
    // To be called if another daemon has run the engine since: the information about the portal and about missing
    // events is outdated.
    void forget_former() {
        hold_.reset();
        push_.clear();
    }
    // From the previous engine: how long the portal must not be sent requests.
    const std::optional<PortalHold>& hold() const { return hold_; }
    // From the previous engine: the streams whose events are missing.
    const std::map<std::string, PushWatch>& push() const { return push_; }

    // Without an engine, there is nothing to wake: the next one begins with a pass.
    void wake(std::string_view stream) override {
        if (engine_) engine_->nudge(stream);
    }

  private:
    std::unique_ptr<Engine> engine_;
    std::optional<PortalHold> hold_;
    std::map<std::string, PushWatch> push_;
};

}  // namespace carecloud
