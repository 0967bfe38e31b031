// What an answer that brings no data means: every refusal of the gateway and of the portal behind it has
// an error of its own (the vendor's API documentation; lib/sync/DESIGN.md, hazards 8 to 11).
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// What a refusal's body says for itself, where it is a small JSON object; already fit for a log.
struct RefusalText {
    std::string code;        // ErrorCode of ResponseStatus; may be empty
    std::string message;     // its Message, or the gateway's "message"; may be empty
    bool is_portal = false;  // has the envelope of the Query API (the gateway's answers have not)
    bool says_no = false;    // isSuccess is there, and false
    bool is_quota = false;   // the gateway's "Limit Exceeded"
    bool is_of_key = false;  // the message is about the key or authorization, as "Forbidden" is
};

// Both spellings of the envelope. None where the text is no JSON object or is larger than a refusal would be.
std::optional<RefusalText> read_refusal(std::string_view body);

// The error of an answer whose status is not a success. `now` is for a Retry-After that is a date, where the
// answer has no `Date` of its own. The hint of a 404 speaks of base_url and the entity: what a 404 means for
// one record is the caller's to know.
Error refusal_of(const HttpResponse& response, std::string operation, Timestamp now);

// The error of an answer with HTTP 200 and isSuccess:false.
Error refusal_of(const RefusalText& text, std::string operation);

// Whether a refusal of `retrieve` says that there is no such record, and not that the address is wrong: the
// portal's own 404 or "NotFound", or a 404 without a word. A page of HTML, or the gateway's own "Not Found",
// is no denial.
bool denies_record(const HttpResponse& response);
bool denies_record(const RefusalText& text);

// Retry-After (RFC 9110 10.2.3), in seconds or as a date; at most 31 days, at least 0. None where there is
// none or it cannot be read.
std::optional<std::chrono::milliseconds> retry_after_of(const HttpResponse& response, Timestamp now);

// The instant of the answer's `Date`; none where it has none, or none that can be read. `now` completes a year of two
// digits.
std::optional<Timestamp> date_of(const HttpResponse& response, Timestamp now);

}  // namespace carecloud
