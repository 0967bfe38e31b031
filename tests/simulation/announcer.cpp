#include "simulation/announcer.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// SNS retries for 23 days; here the world rests before.
constexpr std::size_t kTriesMax = 1000;

std::string message_of(std::size_t number, std::size_t edit) {
    return "message-" + std::to_string(number) + "-" + std::to_string(edit);
}

}  // namespace

std::size_t announced_edit(const std::string& message_id) {
    return std::stoull(message_id.substr(message_id.rfind('-') + 1));
}

void Announcer::announce(const std::string& entity, const std::string& id, const Written& record,
                         Timestamp now) {
    if (!subscribed_ || chance(random_, 30)) return;
    auto message = std::make_shared<Message>();
    // By the clock of the server that wrote the record or, if that is wrong, by one that is right.
    const bool is_far = now + 1h < record.modified;
    const bool by_now = is_far || (record.back && announced_ % 2 == 0);
    const Timestamp made =
        (by_now ? now : record.modified) + std::chrono::milliseconds(between(random_, 0, 2000));
    message->event = {.message_id = message_of(++announced_, record.edit),
                      .topic_arn = "topic",
                      .event_type = "attendance",
                      .stream = entity,
                      .record_id = id,
                      .event_time = made.to_string(),
                      .body = "{}"};
    Duration delay = spread(random_, 2s);
    if (settings_.has(Fault::events)) {
        if (chance(random_, 10)) return;
        if (chance(random_, 15)) delay = spread(random_, 20min);
        if (chance(random_, 10)) deliver_at(message, now + spread(random_, 5min));
    }
    deliver_at(message, now + delay);
}

void Announcer::deliver_at(const std::shared_ptr<Message>& message, Timestamp at) {
    agenda_.put(at, [this, message, at] { deliver(message, at); });
}

// Retried while there is no 200: the endpoint is down, answers 503, or is killed before it responds.
void Announcer::deliver(const std::shared_ptr<Message>& message, Timestamp at) {
    endpoint_(message->event, [message](bool ok) { message->answered = message->answered || ok; });
    const Duration pause = std::min<Duration>(20s * (1U << std::min<std::size_t>(message->tries, 6)), 10min);
    if (++message->tries > kTriesMax) return;
    agenda_.put(at + pause, [this, message, next = at + pause] {
        if (!message->answered) deliver(message, next);
    });
}

}  // namespace carecloud
