// The state of one run of the resolver. Part of event_resolver.cpp, settle_omitted.cpp and settle_single.cpp.
#pragma once

#include "sync/events/event_resolver.hpp"
#include "sync/walk/fetcher.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// An event that was open when the pass began.
struct EventResolver::Waiting {
    OpenEvent event;
    Look look{};
    std::optional<EventState> decided{};
    bool plausible = false;  // the held version would settle it if a current response returned it
    bool asked = false;      // in this round, by id
    bool slow = false;       // requested because the quick polls did not settle it
    bool omitted = false;    // in this round, its record exists but not in the stream
};

// The open events and the decisions about them.
struct EventResolver::Round {
    Round(EventResolver& resolver, const StreamState& stream_state, std::vector<OpenEvent> open)
        : state(stream_state),
          fetcher(resolver.context_.clock, resolver.context_.portal, resolver.context_.limiter,
                  resolver.context_.random, resolver.context_.time, resolver.settings_.pauses) {
        events.reserve(open.size());
        for (OpenEvent& event : open)
            events.push_back({.event = std::move(event)});
    }

    void decide(Waiting& waiting, EventState to) {
        waiting.decided = to;
        settlements.push_back({waiting.event.message_id, to});
        report.settled += to == EventState::settled;
        report.gone += to == EventState::gone;
        report.not_in_stream += to == EventState::not_in_stream;
    }

    const StreamState& state;
    Fetcher fetcher;
    SettleReport report;
    std::vector<Waiting> events;
    std::vector<Settlement> settlements;
    bool queried = false;              // all records to be requested were queried
    std::map<std::string, Key> shown;  // the keys that these queries returned, by id
    Timestamp shown_at;                // the portal's time when the last of them was sent
    Timestamp listed_at;               // the same for any query for several records
};

}  // namespace carecloud
