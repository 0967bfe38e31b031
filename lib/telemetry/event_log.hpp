// Reports of events: those of the SNS endpoint, for the log, the health and the histories; and the time until an event
// is settled, for the metrics. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "sns/outcome.hpp"
#include "store/inbox.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"
#include "telemetry/metrics.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// An inbox that measures the time from an event's receipt to its settlement, for the metrics. Commits are measured by
// the engine (Observer::committed), and requests by the portal's client.
class MeteredInbox : public Inbox {
  public:
    // All of them must outlive this object.
    MeteredInbox(Inbox& inbox, const Clock& clock, Metrics& metrics)
        : inbox_(inbox), clock_(clock), metrics_(metrics) {}

    Task<Result<bool>> receive(Event event) override;
    Task<Result<>> settle(std::vector<Settlement> settlements) override;

    // Forwarded unchanged.
    Task<Result<std::vector<OpenEvent>>> open_events(std::string stream, std::size_t limit) override {
        return inbox_.open_events(std::move(stream), limit);
    }
    Task<Result<std::size_t>> count_open() override { return inbox_.count_open(); }
    Task<Result<Announced>> announced(std::string stream, Timestamp from, Timestamp until) override {
        return inbox_.announced(std::move(stream), from, until);
    }
    Task<Result<>> note_subscription(Subscription subscription) override {
        return inbox_.note_subscription(std::move(subscription));
    }
    Task<Result<std::vector<Subscription>>> subscriptions() override { return inbox_.subscriptions(); }

  private:
    // The times of events beyond this number, or received by an earlier process, are not measured.
    static constexpr std::size_t kOpenMax = 10'000;

    Inbox& inbox_;
    const Clock& clock_;
    Metrics& metrics_;
    std::map<std::string, MonoTime> received_;  // open events, by message id
};

}  // namespace carecloud
