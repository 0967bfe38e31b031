#include "model/event.hpp"

#include "model/enum_names.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr auto kEventStates = std::to_array<EnumName<EventState>>({
    {EventState::open, "open"},
    {EventState::settled, "settled"},
    {EventState::gone, "gone"},
    {EventState::not_in_stream, "not_in_stream"},
});
constexpr auto kSubscriptionStates = std::to_array<EnumName<SubscriptionState>>({
    {SubscriptionState::pending, "pending"},
    {SubscriptionState::confirmed, "confirmed"},
    {SubscriptionState::gone, "gone"},
});

}  // namespace

std::string_view to_string(EventState state) {
    return enum_name(kEventStates, state);
}

std::optional<EventState> event_state_from(std::string_view text) {
    return enum_value<EventState>(kEventStates, text);
}

std::string_view to_string(SubscriptionState state) {
    return enum_name(kSubscriptionStates, state);
}

std::optional<SubscriptionState> subscription_state_from(std::string_view text) {
    return enum_value<SubscriptionState>(kSubscriptionStates, text);
}

}  // namespace carecloud
