// Tells the log, the health and the books what the SNS endpoint reports, and wakes the stream that an event is for.
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "sns/receiver_observer.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class EventLog : public ReceiverObserver {
  public:
    using Wake = std::function<void(std::string_view stream)>;

    EventLog(Log& log, Health& health, const Clock& clock, Histories& books, Wake wake);

    void event_received(const EventReport& event) override;
    void request_refused(const SnsRefusal& refusal, std::string_view peer) override;
    void subscription_changed(const Subscription& subscription, std::string_view hint) override;
    void receiver_failed(const Error& error) override;

    // What an earlier life of the process was told of the topics that are configured now.
    void recall(const std::vector<Subscription>& known, const std::vector<std::string>& topic_arns);

    // One for each of these topics, as last told; without a time where nothing was heard of it.
    std::vector<Subscription> subscriptions(const std::vector<std::string>& topic_arns) const;

  private:
    void judge(const Subscription& subscription, std::string_view hint);

    Log& log_;
    Health& health_;
    const Clock& clock_;
    Histories& books_;
    Wake wake_;
    std::map<std::string, Subscription> heard_;  // by topic
    ErrorFold refusals_;
    ErrorFold failures_;
};

}  // namespace carecloud
