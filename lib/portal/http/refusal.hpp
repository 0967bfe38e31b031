// The meaning of a response without data: every kind of refusal by the gateway or the portal behind it has its own
// error (the vendor's API documentation; lib/sync/DESIGN.md, hazards 8 to 11).
//
// Pure; thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The content of a refusal's body, if that is a small JSON object. Redacted for logs.
struct RefusalText {
    std::string code;        // ResponseStatus.ErrorCode; may be empty
    std::string message;     // ResponseStatus.Message, or the gateway's "message"; may be empty
    bool is_portal = false;  // has the Query API's envelope (the gateway's responses do not)
    bool says_no = false;    // isSuccess is present and false
    bool is_quota = false;   // the gateway's "Limit Exceeded"
    bool is_of_key = false;  // the message is about the key or authorization, such as "Forbidden"
};

// Accepts both spellings of the envelope. std::nullopt if the body is not a JSON object or is larger than any refusal.
std::optional<RefusalText> read_refusal(std::string_view body);

// Returns the error of a response whose status is not a success. `now` is used for a Retry-After date if the response
// has no `Date`. The hint of a 404 refers to base_url and the entity; the caller decides what a 404 means for a single
// record (denies_record()).
Error refusal_of(const HttpResponse& response, std::string operation, Timestamp now);

// Returns the error of a response with HTTP 200 and isSuccess:false.
Error refusal_of(const RefusalText& text, std::string operation);

// Whether a refusal of retrieve means that the record does not exist, and not that the address is wrong: the portal's
// own 404 or "NotFound", or a 404 with an empty body. An HTML page or the gateway's own "Not Found" does not count.
bool denies_record(const HttpResponse& response);
bool denies_record(const RefusalText& text);

// Retry-After (RFC 9110 10.2.3), in seconds or as a date, clamped to 0 to 31 days. std::nullopt if it is absent or
// unparsable.
std::optional<std::chrono::milliseconds> retry_after_of(const HttpResponse& response, Timestamp now);

// The time in the response's `Date`; std::nullopt if it is absent or unparsable. `now` completes a two-digit year.
std::optional<Timestamp> date_of(const HttpResponse& response, Timestamp now);

}  // namespace carecloud
