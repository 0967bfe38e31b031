// The outcome of a request to the SNS endpoint: an event, or a refusal with the response to the sender; and the
// observer that is informed of both.
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "net/server/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// SNS does not retry after a 4xx, and retries after a 5xx (docs: developer guide, "Amazon SNS message delivery
// retries"). So 4xx is for requests that are forged or malformed and will be so the next time, and 503 is for anything
// that may succeed later. 429 is never sent: SNS does not retry it.
enum class RefusalReason {
    other_path,       // 404
    other_method,     // 405
    credentials,      // 401: SNS sends Basic credentials only when challenged
    raw_delivery,     // 400: raw messages have no signature
    malformed,        // 400: see parse_sns_message
    header_mismatch,  // 400: a header contradicts the signed body
    other_topic,      // 403
    signing_url,      // 403: see topic.hpp
    signature,        // 403
    other_host,       // 403: SubscribeURL is at another host
    certificate,  // 503: unavailable or unusable; the sender does not serve it, so it is not the sender's fault
    certificate_budget,  // 503: too many messages name unknown certificates; see fetch_queue.hpp
    confirmation,        // 503: SNS did not accept the confirmation; it will ask again
    store,               // 503
    overloaded,          // 503
    canceled,            // 503: shutting down, or the connection is closed
};

// The reason's name in logs and metrics, such as "header_mismatch".
std::string_view to_string(RefusalReason reason);
int status_of(RefusalReason reason);

struct SnsRefusal {
    RefusalReason reason = RefusalReason::malformed;
    std::string text{};  // for the sender and the log: names the problem and the remedy, repeats no content
};

SnsRefusal refuse(RefusalReason reason, std::string text);
ServerResponse to_response(const SnsRefusal& refusal);

enum class EventOutcome {
    fresh,          // durable and open: the engine is woken
    duplicate,      // its MessageId was seen before: nothing was done
    not_in_stream,  // durable, but belongs to no stream
};

std::string_view to_string(EventOutcome outcome);

struct EventReport {
    std::string message_id;
    std::optional<std::string> stream;
    std::string event_type;  // a documented one, or "other": few enough values for a metric's label
    EventOutcome outcome = EventOutcome::fresh;
};

// Informs the log, the status and the metrics. An observer must not throw. No personal data and no secret is reported.
// I/O thread only.
class ReceiverObserver {
  public:
    ReceiverObserver() = default;
    ReceiverObserver(const ReceiverObserver&) = delete;
    ReceiverObserver& operator=(const ReceiverObserver&) = delete;
    virtual ~ReceiverObserver() = default;

    // Called when the event is durable, before SNS gets its 200.
    virtual void event_received(const EventReport& event) = 0;
    // An observer that logs this must limit its rate: anyone can send nonsense. `peer`: "203.0.113.7:51234", for
    // display.
    virtual void request_refused(const SnsRefusal& refusal, std::string_view peer) = 0;
    // Called when the state is durable. `hint`: what the operator can do; empty if nothing is needed.
    virtual void subscription_changed(const Subscription& subscription, std::string_view hint) = 0;
    // Something that does not affect the response failed; it is tried again with the next message.
    virtual void receiver_failed(const Error& error) = 0;
};

}  // namespace carecloud
