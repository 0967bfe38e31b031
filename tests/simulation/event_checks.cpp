// Events are settled by a response that was requested after they arrived, or according to the portal's content (promise
// 4).
#include "simulation/announcer.hpp"
#include "simulation/checks.hpp"
#include "sync/events/settle_rules.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// An event's record is polled for after 1, 2 and 4 s, and then once more (promise 4).
constexpr Duration kQuickLooksTake = std::chrono::seconds(7);

}  // namespace

void Checks::note_arrival(const Event& event, Arrived& arrived, Timestamp now) {
    const StoreContent::RecordId record_id(*event.stream, event.record_id);
    const auto held = store_->tables.records.find(record_id);
    arrived.at = now;
    if (held != store_->tables.records.end()) arrived.held = held->second.seq;
    Announced& announced = announced_[record_id];
    announced.at = now;
    ++announced.open;
}

void Checks::note_settled(const Event& event, Timestamp now) {
    Announced& announced = announced_[{*event.stream, event.record_id}];
    announced.at = now;
    --announced.open;
}

// Whether the overlap has passed since.
bool Checks::is_past(Timestamp event_time, Timestamp now) const {
    return event_time + plan_.overlap < now;
}

std::optional<std::string> Checks::check_event(const Event& event, const Arrived& arrived,
                                               Timestamp now) const {
    const std::string& entity = *event.stream;
    const Written& written = writers_.records(entity).at(event.record_id);
    const std::string what = "an event of " + named(entity, event.record_id) + described(written);
    const Timestamp event_time = Timestamp::parse(event.event_time).value_or(Timestamp{});
    // Hidden by a replica, a hole or a wrong clock.
    const bool hidden = exposures_.any_since(entity, event.record_id, arrived.at) ||
                        exposures_.replica_since(entity, arrived.at);
    if (event.state == EventState::open) return std::nullopt;
    if (event.state == EventState::settled) {
        const auto wrong = check_shown(event, arrived, now, hidden);
        return wrong ? std::optional(what + *wrong) : std::nullopt;
    }
    if (event.state == EventState::gone) {
        if (written.deleted || written.very_late || hidden) return std::nullopt;
        // A version that was superseded before it became visible never existed.
        if (!is_past(event_time, now)) return what + " is settled as gone before the overlap has passed";
        if (written.had(std::nullopt, arrived.at, now)) return std::nullopt;
        return what + " is settled as gone, and the portal has the record";
    }
    if (variant_.filter != "{}" && (!is_shown(written) || hidden)) return std::nullopt;
    // It may not have been in the stream when the portal was queried.
    if (variant_.filter != "{}" && now < written.moved + kToDecide) return std::nullopt;
    return what + " is settled as not in the stream, and the stream has the record";
}

// A response requested after the arrival of the event contained the version held: the portal has had it at some time
// since.
std::optional<std::string> Checks::check_shown(const Event& event, const Arrived& arrived, Timestamp now,
                                               bool hidden) const {
    const StoreContent::RecordId record_id(*event.stream, event.record_id);
    if (store_->tables.quarantine.contains(record_id)) return std::nullopt;
    const Timestamp event_time = Timestamp::parse(event.event_time).value_or(Timestamp{});
    const auto held = store_->tables.records.find(record_id);
    // If no clock is right, it is unknown when the overlap has passed.
    const bool past = is_past(event_time, now) || exposures_.is_for_good(record_id.first);
    if (held == store_->tables.records.end())
        return past ? std::nullopt : std::optional(" is settled, and the store does not hold the record");
    const Timestamp least = event_time - kEventTolerance;
    if (Timestamp::parse(held->second.modified) < least && !past)
        return " is settled by a version that is older than the event";
    const Written& written = writers_.records(record_id.first).at(record_id.second);
    const std::size_t edit = edit_of(held->second.body);
    if (edit == 0 || hidden || held->second.deleted_at) return std::nullopt;
    // An edit that kept `modified` is found by a deep reconciliation.
    if (!written.had(Timestamp::parse(held->second.modified).value_or(Timestamp{}), arrived.at, now))
        return " is settled, and the store keeps edit " + std::to_string(edit) + " of " +
               held->second.modified + ", which the portal has not had since the event of " +
               event.event_time + " came at " + arrived.at.to_string_ms();
    const std::size_t announced = announced_edit(event.message_id);
    const bool is_to_come = std::any_of(
        written.versions.begin(), written.versions.end(),
        [&](const Written::Version& version) { return version.edit == announced && now < version.from; });
    // A version that is not older than the event, or was requested when nothing newer could follow, settles it
    // immediately.
    const bool is_certain = Timestamp::parse(held->second.modified) >= event_time || past;
    if (!is_certain && held->second.seq == arrived.held && is_to_come && now < arrived.at + kQuickLooksTake)
        return " is settled at once by edit " + std::to_string(edit) + " of " + held->second.modified +
               ", which was held before the event of " + event.event_time + " came at " +
               arrived.at.to_string_ms();
    return std::nullopt;
}

}  // namespace carecloud
