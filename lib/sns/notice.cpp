#include "sns/notice.hpp"

#include "base/ascii.hpp"
#include "json/top_level.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace carecloud {
namespace {

std::string word_of(const TopLevel& members, std::string_view name) {
    constexpr std::size_t bytes_max = 128;
    const auto found = members.find(name);
    if (found == members.end() || found->second.kind != TopLevelValue::Kind::string) return {};
    return is_visible_word(found->second.text, bytes_max) ? found->second.text : std::string();
}

}  // namespace

Notice read_notice(std::string_view message) {
    const Result<TopLevel> members = read_top_level(message);
    if (!members) return {};
    return {.record_id = word_of(*members, "id"),
            .datasource_code = word_of(*members, "datasource_code"),
            .workspace_id = word_of(*members, "workspace_id"),
            .bucket_id = word_of(*members, "bucket_id"),
            .event_type = word_of(*members, "event_type"),
            .event_time = word_of(*members, "event_time")};
}

std::string entity_of(std::string_view datasource_code) {
    constexpr std::string_view prefix = "cc-";
    if (datasource_code == "cc-service-care") return "care";
    if (!datasource_code.starts_with(prefix)) return {};
    std::string entity(datasource_code.substr(prefix.size()));
    std::replace(entity.begin(), entity.end(), '-', '_');
    return entity;
}

bool is_known_event_type(std::string_view event_type) {
    return event_type == "attendance" || event_type == "parent-attendance";
}

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
