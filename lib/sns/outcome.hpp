// What became of a request to the SNS endpoint: an event, or a refusal with the sender's response; and the observer
// that both are reported to.
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "net/server/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// SNS never repeats what got a 4xx, and repeats what got a 5xx (docs: developer guide, "Amazon SNS message delivery
// retries"). So 4xx is for what is forged or malformed and will be so the next time, and whatever might be better
// later is 503; 429, which SNS takes for final, is never sent.
enum class RefusalReason {
    other_path,       // 404
    other_method,     // 405
    credentials,      // 401: SNS sends Basic credentials only when it is asked so
    raw_delivery,     // 400: such a message has no signature
    malformed,        // 400: see parse_sns_message
    header_mismatch,  // 400: a header says otherwise than the signed body
    other_topic,      // 403
    signing_url,      // 403: see topic.hpp
    signature,        // 403
    other_host,       // 403: a SubscribeURL that leads elsewhere
    certificate,  // 503: could not be had, or is none: the sender does not send it, so it is not its fault
    certificate_budget,  // 503: too many messages name certificates that were never seen: see fetch_queue.hpp
    confirmation,        // 503: SNS did not take the confirmation; it asks again
    store,               // 503
    overloaded,          // 503
    canceled,            // 503: shutting down, or the connection is gone
};

// The reason's name as it stands in logs and metrics, such as "header_mismatch".
std::string_view to_string(RefusalReason reason);
int status_of(RefusalReason reason);

struct SnsRefusal {
    RefusalReason reason = RefusalReason::malformed;
    std::string text{};  // for the sender and the log: names the thing and the remedy, repeats no content
};

SnsRefusal refuse(RefusalReason reason, std::string text);
ServerResponse to_response(const SnsRefusal& refusal);

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

// What the receiver reports to log, status and metrics. An observer must not throw. Nothing personal and no secret is
// reported. I/O thread alone.
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
