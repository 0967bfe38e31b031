// The vendor's notice in a notification's Message (the vendor's API documentation).
//
//     Notice notice = read_notice(message.message);
//     entity_of(notice.datasource_code)  →  "claim_attendance"
//
// Parsing is lenient, because the message has been verified: an unreadable field is left empty, which makes the event
// not_in_stream, and is never an error. Pure; thread-safe.
#pragma once

#include "model/event.hpp"
#include "sns/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Each field is at most 128 visible ASCII characters without blanks, or empty.
struct Notice {
    std::string record_id{};
    std::string datasource_code{};
    std::string workspace_id{};
    std::string bucket_id{};
    std::string event_type{};
    std::string event_time{};
};

Notice read_notice(std::string_view message);

// The entity of a datasource code: "cc-" and the entity's name with dashes for underscores, except that
// "cc-service-care" means `care`. Empty if the code is neither.
std::string entity_of(std::string_view datasource_code);

// The event types that the vendor documents.
bool is_known_event_type(std::string_view event_type);

// A stream that events may belong to.
struct EventRoute {
    std::string stream{};  // its name in the store
    std::string entity{};
    std::string workspace_id{};
    std::string bucket_id{};
};

// Converts a verified notification to the event that is stored. It is open if a route has the notice's entity,
// workspace and bucket, its event type is known, and it names a record. Otherwise it is not_in_stream: stored and
// counted, but not an error, because the vendor may introduce other kinds of events. `body`: the request's, stored
// unchanged.
Event to_event(const SnsMessage& message, std::string body, const std::vector<EventRoute>& routes);

}  // namespace carecloud
