#include "sns/routing.hpp"

#include "sns/notice.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

Event to_event(const SnsMessage& message, std::string body, const std::vector<EventRoute>& routes) {
    Notice notice = read_notice(message.message);
    const std::string entity = entity_of(notice.datasource_code);
    const auto route = std::find_if(routes.begin(), routes.end(), [&](const EventRoute& one) {
        return !entity.empty() && one.entity == entity && one.workspace_id == notice.workspace_id &&
               one.bucket_id == notice.bucket_id;
    });
    const bool ours =
        route != routes.end() && is_known_event_type(notice.event_type) && !notice.record_id.empty();
    Event event{.message_id = message.message_id,
                .topic_arn = message.topic_arn,
                .event_type = std::move(notice.event_type),
                .record_id = std::move(notice.record_id),
                .event_time = std::move(notice.event_time),
                .state = ours ? EventState::open : EventState::not_in_stream,
                .body = std::move(body)};
    if (route != routes.end()) event.stream = route->stream;
    return event;
}

}  // namespace carecloud
