// From a verified notification to the event that is kept: which stream it belongs to, and whether it is open or
// not_in_stream.
//
// Pure; safe on any thread.
#pragma once

#include "model/event.hpp"
#include "sns/message.hpp"

#include <string>
#include <vector>

namespace carecloud {

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
