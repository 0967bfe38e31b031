#include "support/memory_inbox/memory_inbox.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace carecloud {
namespace {

bool within(std::optional<Timestamp> at, Timestamp from, Timestamp until) {
    return at && *at >= from && *at < until;
}

}  // namespace

MemoryInbox::MemoryInbox(std::shared_ptr<MemoryInboxContent> content, const Clock& clock,
                         std::shared_ptr<const MemoryStoreContent> store)
    : content_(std::move(content)), clock_(clock), store_(std::move(store)) {}

Task<Result<bool>> MemoryInbox::receive(Event event) {
    auto work = [this, event = std::move(event)]() mutable -> Result<bool> {
        const std::string id = event.message_id;
        MemoryInboxContent::Held held{
            .event = std::move(event), .received_at = clock_.wall(), .number = content_->events.size()};
        if (store_ && held.event.stream) {
            const auto& records = store_->tables.records;
            const auto record = records.find({*held.event.stream, held.event.record_id});
            if (record != records.end()) held.held_seq = record->second.seq;
        }
        const bool fresh = content_->events.try_emplace(id, std::move(held)).second;
        content_->writes += fresh;
        return fresh;
    };
    return run_with_faults<bool>(hook_, "receive", std::move(work));
}

std::vector<OpenEvent> MemoryInbox::longest_waiting(const std::string& stream, std::size_t limit) const {
    std::vector<const MemoryInboxContent::Held*> open;
    for (const auto& [id, held] : content_->events) {
        if (held.event.state == EventState::open && held.event.stream == stream) open.push_back(&held);
    }
    std::sort(open.begin(), open.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
    open.resize(std::min(open.size(), limit));
    std::vector<OpenEvent> events;
    for (const auto* held : open) {
        events.push_back({.message_id = held->event.message_id,
                          .record_id = held->event.record_id,
                          .event_time = Timestamp::parse(held->event.event_time),
                          .held_seq = held->held_seq});
    }
    return events;
}

Task<Result<std::vector<OpenEvent>>> MemoryInbox::open_events(std::string stream, std::size_t limit) {
    auto work = [this, stream = std::move(stream), limit]() -> Result<std::vector<OpenEvent>> {
        return longest_waiting(stream, limit);
    };
    return run_with_faults<std::vector<OpenEvent>>(hook_, "open_events", std::move(work));
}

Task<Result<std::size_t>> MemoryInbox::count_open() {
    auto work = [this]() -> Result<std::size_t> {
        const auto open =
            std::count_if(content_->events.begin(), content_->events.end(),
                          [](const auto& entry) { return entry.second.event.state == EventState::open; });
        return static_cast<std::size_t>(open);
    };
    return run_with_faults<std::size_t>(hook_, "count_open", std::move(work));
}

Task<Result<>> MemoryInbox::settle(std::vector<Settlement> settlements) {
    const auto fence = fenced_by_ ? fenced_by_->fence() : std::nullopt;
    auto work = [this, settlements = std::move(settlements), fence]() -> Result<> {
        if (fence) {
            if (auto lost = refuse_fenced(fenced_by_->content(), fence, "settle events")) return *lost;
        }
        for (const Settlement& settlement : settlements) {
            const auto found = content_->events.find(settlement.message_id);
            if (found == content_->events.end()) continue;
            Event& event = found->second.event;
            if (event.state != EventState::open) continue;
            event.state = settlement.state;
            ++content_->writes;
        }
        return {};
    };
    return run_with_faults<void>(hook_, "settle", std::move(work));
}

bool MemoryInbox::was_announced(const std::string& stream, const std::string& record_id,
                                Timestamp from) const {
    return std::any_of(content_->events.begin(), content_->events.end(), [&](const auto& entry) {
        const MemoryInboxContent::Held& held = entry.second;
        return held.event.stream == stream && held.event.record_id == record_id && held.received_at >= from;
    });
}

Announced MemoryInbox::count_announced(const std::string& stream, Timestamp from, Timestamp until) const {
    Announced counts;
    if (!store_) return counts;
    std::set<std::string> ids;
    for (const StoreContent::Change& change : store_->tables.changes) {
        const bool moved = change.kind == ChangeKind::created || change.kind == ChangeKind::updated;
        if (!moved || change.stream != stream) continue;
        if (!within(Timestamp::parse(change.modified), from, until)) continue;
        if (!within(Timestamp::parse(change.committed_at), from, until)) continue;
        ids.insert(change.id);
    }
    counts.changes = ids.size();
    for (const std::string& id : ids)
        counts.announced += was_announced(stream, id, from);
    return counts;
}

Task<Result<Announced>> MemoryInbox::announced(std::string stream, Timestamp from, Timestamp until) {
    auto work = [this, stream = std::move(stream), from, until]() -> Result<Announced> {
        return count_announced(stream, from, until);
    };
    return run_with_faults<Announced>(hook_, "announced", std::move(work));
}

Task<Result<>> MemoryInbox::note_subscription(Subscription subscription) {
    auto work = [this, subscription = std::move(subscription)]() mutable -> Result<> {
        Subscription& held = content_->subscriptions[subscription.topic_arn];
        if (subscription.subscription_arn.empty()) subscription.subscription_arn = held.subscription_arn;
        const bool same = held.topic_arn == subscription.topic_arn && held.state == subscription.state &&
                          held.subscription_arn == subscription.subscription_arn;
        if (same) return {};
        subscription.changed_at = clock_.wall().to_string_ms();
        held = std::move(subscription);
        ++content_->writes;
        return {};
    };
    return run_with_faults<void>(hook_, "note_subscription", std::move(work));
}

Task<Result<std::vector<Subscription>>> MemoryInbox::subscriptions() {
    auto work = [this]() -> Result<std::vector<Subscription>> {
        std::vector<Subscription> all;
        for (const auto& [topic, subscription] : content_->subscriptions)
            all.push_back(subscription);
        return all;
    };
    return run_with_faults<std::vector<Subscription>>(hook_, "subscriptions", std::move(work));
}

}  // namespace carecloud
