#include "model/event.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array<std::pair<EventState, std::string_view>, 4> kEventStates{{
    {EventState::open, "open"},
    {EventState::settled, "settled"},
    {EventState::gone, "gone"},
    {EventState::not_in_stream, "not_in_stream"},
}};
constexpr std::array<std::pair<SubscriptionState, std::string_view>, 3> kSubscriptionStates{{
    {SubscriptionState::pending, "pending"},
    {SubscriptionState::confirmed, "confirmed"},
    {SubscriptionState::gone, "gone"},
}};

template <class Names, class State>
std::string_view name_of(const Names& names, State state) {
    for (const auto& [known, name] : names) {
        if (known == state) return name;
    }
    return "unknown";
}

template <class State, class Names>
std::optional<State> state_named(const Names& names, std::string_view text) {
    for (const auto& [state, name] : names) {
        if (name == text) return state;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(EventState state) {
    return name_of(kEventStates, state);
}

std::optional<EventState> event_state_from(std::string_view text) {
    return state_named<EventState>(kEventStates, text);
}

std::string_view to_string(SubscriptionState state) {
    return name_of(kSubscriptionStates, state);
}

std::optional<SubscriptionState> subscription_state_from(std::string_view text) {
    return state_named<SubscriptionState>(kSubscriptionStates, text);
}

}  // namespace carecloud
