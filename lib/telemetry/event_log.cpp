#include "telemetry/event_log.hpp"

namespace carecloud {
namespace {

std::vector<std::string> all_refusals() {
    std::vector<std::string> names;
    for (int reason = 0; reason <= static_cast<int>(RefusalReason::canceled); ++reason)
        names.emplace_back(to_string(static_cast<RefusalReason>(reason)));
    return names;
}

}  // namespace

EventLog::EventLog(Log& log, Health& health, const Clock& clock, Histories& histories)
    : log_(log), health_(health), clock_(clock), histories_(histories) {
    histories_.metrics.refusals_begin(all_refusals());
}

void EventLog::event_received(const EventReport& event) {
    histories_.day.count_event(clock_.now());
    histories_.metrics.event_received(event.event_type, to_string(event.outcome));
    log_.write(LogLevel::debug, "event received",
               {{"EVENT_ID", event.message_id},
                {"EVENT_TYPE", event.event_type},
                {"OUTCOME", to_string(event.outcome)},
                {"STREAM", event.stream.value_or("none")}});
    health_.restore(Health::kOfEvents);
}

// Anyone can send nonsense: the first refusal is logged, then one line per interval.
void EventLog::request_refused(const SnsRefusal& refusal, std::string_view peer) {
    histories_.metrics.event_refused(to_string(refusal.reason));
    if (refusal.reason == RefusalReason::store)
        health_.degrade(Health::kOfEvents,
                        {.text = "events cannot be stored: " + refusal.text,
                         .remedy = "free space on the store's disk, or stop the program that "
                                   "locks the store: df -h, fuser -v"});
    const std::string_view reason = to_string(refusal.reason);
    const auto line = refusals_.failed(reason, ErrorCode::refused, clock_.now());
    if (!line) return;
    log_.write(LogLevel::warn, "SNS request refused: " + refusal.text,
               {{"REASON", reason}, {"COUNT", line->count}, {"PEER", peer}});
}

void EventLog::subscription_changed(const Subscription& subscription, std::string_view hint) {
    const bool confirmed = subscription.state == SubscriptionState::confirmed;
    const bool gone = subscription.state == SubscriptionState::gone;
    LogFields fields{{"TOPIC", subscription.topic_arn}};
    if (!subscription.subscription_arn.empty())
        fields.emplace_back("SUBSCRIPTION", subscription.subscription_arn);
    std::string text = "topic subscription: " + std::string(to_string(subscription.state));
    if (!hint.empty()) text += "; " + std::string(hint);
    log_.write(gone ? LogLevel::error : confirmed ? LogLevel::info : LogLevel::warn, text, fields);
    if (on_subscription_) on_subscription_();
}

void EventLog::receiver_failed(const Error& error) {
    const auto line = failures_.failed(error.operation, error.code, clock_.now());
    if (line) log_.write(LogLevel::warn, error, {{"COUNT", line->count}});
}

void EventLog::recall(const Subscription& subscription) {
    if (subscription.changed_at.empty()) {
        log_.write(LogLevel::info,
                   "no subscription of the topic yet; run `aws sns subscribe` to receive events",
                   {{"TOPIC", subscription.topic_arn}});
        return;
    }
    const bool confirmed = subscription.state == SubscriptionState::confirmed;
    log_.write(confirmed ? LogLevel::info : LogLevel::warn,
               "topic subscription: " + std::string(to_string(subscription.state)) + " since " +
                   subscription.changed_at,
               {{"TOPIC", subscription.topic_arn}});
}

Task<Result<bool>> MeteredInbox::receive(Event event) {
    const std::string message_id = event.message_id;
    const bool is_open = event.state == EventState::open;
    auto receiving = inbox_.receive(std::move(event));
    Result<bool> fresh = co_await std::move(receiving);
    if (fresh && *fresh && is_open && received_.size() < kOpenMax)
        received_.try_emplace(message_id, clock_.now());
    co_return fresh;
}

Task<Result<>> MeteredInbox::settle(std::vector<Settlement> settlements) {
    const std::vector<Settlement> asked = settlements;
    auto settling = inbox_.settle(std::move(settlements));
    Result<> done = co_await std::move(settling);
    if (!done) co_return done;
    for (const Settlement& settlement : asked) {
        const auto found = received_.find(settlement.message_id);
        if (found == received_.end()) continue;
        if (settlement.state == EventState::settled) metrics_.event_settled(clock_.now() - found->second);
        received_.erase(found);
    }
    co_return done;
}

}  // namespace carecloud
