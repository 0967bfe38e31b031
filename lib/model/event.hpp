// A submission event (see the vendor's API documentation) as it is stored: verified, durable, and open until it is
// settled. It only signals that a record has changed; its content is not trusted for anything else.
#pragma once

#include "base/timestamp.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The state of an event (lib/sync/DESIGN.md, promise 4).
enum class EventState {
    open,           // its record has not been received yet
    settled,        // the store holds the record as of the event or later
    gone,           // the portal reports that the record does not exist
    not_in_stream,  // not of any configured stream, or excluded by the stream's filter
};

std::string_view to_string(EventState state);
std::optional<EventState> event_state_from(std::string_view text);

struct Event {
    std::string message_id{};  // SNS MessageId, a UUID: the same in every delivery of a message
    std::string topic_arn{};
    std::string event_type{};             // as sent by the vendor; empty if the message contains none
    std::optional<std::string> stream{};  // std::nullopt if not of any configured stream
    std::string record_id{};              // empty if the message contains none
    std::string event_time{};             // as sent by the vendor; may be empty
    EventState state = EventState::open;  // open or not_in_stream
    std::string body{};                   // the whole notification as received
};

// The part of an open event that is needed to settle it.
struct OpenEvent {
    std::string message_id;
    std::string record_id;
    // std::nullopt if its text is not a timestamp: then any version of the record settles the event.
    std::optional<Timestamp> event_time;
    // The change that brought the version held when the event arrived; 0 if none was held.
    std::uint64_t held_seq = 0;
};

struct Settlement {
    std::string message_id;
    EventState state = EventState::settled;
};

// The state of a topic's subscription, as far as this endpoint knows.
enum class SubscriptionState {
    pending,    // not confirmed yet
    confirmed,  // confirmed by this endpoint, or a notification of the topic was received
    gone,       // SNS reported that it was unsubscribed
};

std::string_view to_string(SubscriptionState state);
std::optional<SubscriptionState> subscription_state_from(std::string_view text);

struct Subscription {
    std::string topic_arn;
    SubscriptionState state = SubscriptionState::pending;
    std::string subscription_arn{};  // empty if unknown
    std::string changed_at{};        // ISO 8601; written by the inbox
};

}  // namespace carecloud
