#include "simulation/announcer.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// SNS goes on for 23 days; here the world rests before.
constexpr std::size_t kTriesMax = 1000;

}  // namespace

void Announcer::announce(const std::string& entity, const std::string& id, const Written& record,
                         Timestamp now) {
    if (!subscribed_ || chance(random_, 30)) return;
    auto message = std::make_shared<Message>();
    const Timestamp made = later(record.modified, std::chrono::milliseconds(between(random_, 0, 2000)));
    message->event = {.message_id = "message-" + std::to_string(++announced_),
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
        if (chance(random_, 10)) deliver_at(message, later(now, spread(random_, 5min)));
    }
    deliver_at(message, later(now, delay));
}

void Announcer::deliver_at(const std::shared_ptr<Message>& message, Timestamp at) {
    agenda_.put(at, [this, message, at] { deliver(message, at); });
}

// Asked again while there is no 200: an endpoint that is away, one that answers 503, one that dies before it answers.
void Announcer::deliver(const std::shared_ptr<Message>& message, Timestamp at) {
    endpoint_(message->event, [message](bool ok) { message->answered = message->answered || ok; });
    const Duration pause = std::min<Duration>(20s * (1U << std::min<std::size_t>(message->tries, 6)), 10min);
    if (++message->tries > kTriesMax) return;
    agenda_.put(later(at, pause), [this, message, next = later(at, pause)] {
        if (!message->answered) deliver(message, next);
    });
}

}  // namespace carecloud
