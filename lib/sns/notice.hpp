// What the vendor says in a notification's Message (the vendor's API documentation).
//
//     Notice notice = read_notice(message.message);
//     notice.entity()  →  "claim_attendance"
//
// Lenient, for the message was verified before: what cannot be read is left empty and makes the event one of no
// stream, never an error. Pure; safe on any thread.
#pragma once

#include "model/event.hpp"
#include "sns/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Each field a word of visible ASCII of at most 128 characters, or empty.
struct Notice {
    std::string record_id{};
    std::string datasource_code{};
    std::string workspace_id{};
    std::string bucket_id{};
    std::string event_type{};
    std::string event_time{};
};

Notice read_notice(std::string_view message);

// The entity of a datasource code: "cc-" and the entity's name with dashes, and "cc-service-care" for `care`.
// Empty: none.
std::string entity_of(std::string_view datasource_code);

// The event types that the vendor documents.
bool is_known_event_type(std::string_view event_type);

// From a verified notification to the event that is kept: which stream it belongs to, and whether it is open or
// not_in_stream.
//
// Pure; safe on any thread.

// A stream that events may be for.
struct EventRoute {
    std::string stream{};  // its name in the store
    std::string entity{};
    std::string workspace_id{};
    std::string bucket_id{};
};

// Open where a route has the notice's entity, workspace and bucket, its event type is a known one, and it names a
// record. Otherwise not_in_stream: kept, counted, never an error, for events of other kinds may come one day.
// `body`: the request's, kept as it came.
Event to_event(const SnsMessage& message, std::string body, const std::vector<EventRoute>& routes);

}  // namespace carecloud
