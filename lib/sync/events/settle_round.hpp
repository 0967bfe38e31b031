// What one run of the resolver knows. Part of event_resolver.cpp, settle_omitted.cpp and settle_single.cpp.
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
    bool plausible = false;  // what is held would settle it, if an answer of now showed it
    bool asked = false;      // in this round, by id
    bool slow = false;       // it was asked for because the quick looks were in vain
    bool omitted = false;    // in this round, its record is there and not within the stream
};

// What is open, and what is decided.
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
    bool queried = false;              // for all records that are to be asked for
    std::map<std::string, Key> shown;  // what these queries showed, by id
    Timestamp shown_at;                // the portal's time when the last of them was sent
    Timestamp listed_at;               // likewise of any query for several records
};

}  // namespace carecloud
