// Reports the observations of the SNS endpoint to the log, the health and the histories. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "sns/outcome.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace carecloud {

class EventLog : public ReceiverObserver {
  public:
    EventLog(Log& log, Health& health, const Clock& clock, Histories& histories);

    void event_received(const EventReport& event) override;
    void request_refused(const SnsRefusal& refusal, std::string_view peer) override;
    void subscription_changed(const Subscription& subscription, std::string_view hint) override;
    void receiver_failed(const Error& error) override;

    // Called after a subscription changed, since subscriptions affect the service's state.
    void set_subscription_listener(std::function<void()> listener) { on_subscription_ = std::move(listener); }

    // Logs the subscription of a configured topic, as noted by an earlier process.
    void recall(const Subscription& subscription);

  private:
    Log& log_;
    Health& health_;
    const Clock& clock_;
    Histories& histories_;
    std::function<void()> on_subscription_;
    ErrorFold refusals_;
    ErrorFold failures_;
};

}  // namespace carecloud
