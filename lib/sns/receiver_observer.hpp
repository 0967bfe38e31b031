// What the receiver reports to log, status and metrics. An observer must not throw. Nothing personal and no secret is
// reported. I/O thread alone.
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "sns/refusal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class EventOutcome {
    fresh,          // durable now, and open: the engine is woken
    duplicate,      // its MessageId was seen before: nothing was done
    not_in_stream,  // durable, and of no stream
};

std::string_view to_string(EventOutcome outcome);

struct EventReport {
    std::string message_id;
    std::optional<std::string> stream;
    std::string event_type;  // a documented one, or "other": few enough for a metric's label
    EventOutcome outcome = EventOutcome::fresh;
};

class ReceiverObserver {
  public:
    ReceiverObserver() = default;
    ReceiverObserver(const ReceiverObserver&) = delete;
    ReceiverObserver& operator=(const ReceiverObserver&) = delete;
    virtual ~ReceiverObserver() = default;

    // Called once the event is durable, before SNS gets its 200.
    virtual void event_received(const EventReport& event) = 0;
    // Whoever logs this limits its rate: anybody can send nonsense. `peer`: "203.0.113.7:51234", for display.
    virtual void request_refused(const SnsRefusal& refusal, std::string_view peer) = 0;
    // The state is durable. `hint`: what the operator can do; empty where all is well.
    virtual void subscription_changed(const Subscription& subscription, std::string_view hint) = 0;
    // Something beside the answer failed, and is tried again with the next message.
    virtual void receiver_failed(const Error& error) = 0;
};

}  // namespace carecloud
