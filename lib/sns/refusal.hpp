// Why a request to the SNS endpoint was not taken, and what the sender is told.
//
// SNS never repeats what got a 4xx, and repeats what got a 5xx (docs: developer guide, "Amazon SNS message delivery
// retries"). So 4xx is for what is forged or malformed and will be so the next time, and whatever might be better
// later is 503; 429, which SNS takes for final, is never sent. Values; safe on any thread.
#pragma once

#include "net/server/message.hpp"

#include <string>
#include <string_view>

namespace carecloud {

enum class RefusalReason {
    other_path,       // 404
    other_method,     // 405
    credentials,      // 401: SNS sends Basic credentials only when it is asked so
    raw_delivery,     // 400: such a message has no signature
    malformed,        // 400: see parse_sns_message
    header_mismatch,  // 400: a header says otherwise than the signed body
    other_topic,      // 403
    signing_url,      // 403: see signing_url.hpp
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

}  // namespace carecloud
