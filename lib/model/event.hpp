// A submission event (the vendor's API documentation) as it is kept: verified, durable, and open until it is
// settled. An event is a doorbell: it says that a record moved, and its content is trusted for nothing else.
#pragma once

#include "base/timestamp.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// What became of an event (lib/sync/DESIGN.md, promise 4).
enum class EventState {
    open,           // its record is still to be seen
    settled,        // the store holds that record, no older than the event
    gone,           // the portal denies the record
    not_in_stream,  // it belongs to no stream here, or the stream's filter leaves the record out
};

std::string_view to_string(EventState state);
std::optional<EventState> event_state_from(std::string_view text);

struct Event {
    std::string message_id{};  // SNS's MessageId, a UUID: the same in every delivery of one message
    std::string topic_arn{};
    std::string event_type{};             // the vendor's word; empty where the message says none
    std::optional<std::string> stream{};  // none: of no configured stream
    std::string record_id{};              // empty: the message names none
    std::string event_time{};             // the vendor's own text; may be empty
    EventState state = EventState::open;  // open or not_in_stream
    std::string body{};                   // the whole notification as it was received
};

// What settling needs to know of one.
struct OpenEvent {
    std::string message_id;
    std::string record_id;
    // None: its text is no time, and any version of the record settles it.
    std::optional<Timestamp> event_time;
    // The change that had brought the version held when the event came; 0: none was held.
    std::uint64_t held_seq = 0;
};

struct Settlement {
    std::string message_id;
    EventState state = EventState::settled;
};

// Where a topic's subscription stands, as far as this endpoint was told.
enum class SubscriptionState {
    pending,    // SNS asked for a confirmation, and it was not given yet
    confirmed,  // this endpoint confirmed it, or a notification of the topic came
    gone,       // SNS said that it is unsubscribed
};

std::string_view to_string(SubscriptionState state);
std::optional<SubscriptionState> subscription_state_from(std::string_view text);

struct Subscription {
    std::string topic_arn;
    SubscriptionState state = SubscriptionState::pending;
    std::string subscription_arn{};  // empty: not known
    std::string changed_at{};        // ISO 8601; the inbox's to write
};

}  // namespace carecloud
