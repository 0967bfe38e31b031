// An inbox that measures the time from an event's receipt to its settlement, for the metrics. Commits are measured by
// the engine (Observer::committed), and requests by the portal's client. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "store/inbox.hpp"
#include "telemetry/metrics.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

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
