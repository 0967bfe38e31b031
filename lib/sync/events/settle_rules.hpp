// Decides when an event is settled, when to check again, and when a topic has fallen silent (lib/sync/DESIGN.md,
// promise 4, hazards 16 and 23). Pure.
#pragma once

#include "base/clock.hpp"
#include "model/event.hpp"
#include "model/record.hpp"
#include "store/inbox.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace carecloud {

// `event_time` is set when the event is created, shortly after the record's `modified`, by another of the vendor's
// machines.
inline constexpr Duration kEventTolerance = std::chrono::seconds(5);

// Quick polls: passes that look for an event's record before it is requested by id.
inline constexpr std::size_t kQuickLooks = 4;

// Ignores a time more than a day after the portal's: it is an error of the clock that created the event, and would keep
// the event open until then.
void ignore_future_time(OpenEvent& event, Timestamp portal_time);

// Whether a version returned by a response that was requested after the event arrived settles the event: it is not
// older than the event, or it is slightly older and was not held when the event arrived. A version held then settles it
// only after the quick polls, since the announced one may not be visible before. A doubted record never settles it.
bool settles(const HeldRecord& shown, const OpenEvent& event, std::size_t looks);

// Whether no newer version can become visible for the event any more: `overlap` has passed since, by the portal's time.
// The version that the portal returns then is the announced one.
bool is_past_overlap(const OpenEvent& event, Timestamp portal_time, Duration overlap);

// The pause before the next pass for an event that `looks` passes have not found: 1, 2, 4 and 8 s. Then std::nullopt:
// its record is requested by id, and the timer's polls continue.
std::optional<Duration> look_pause(std::size_t looks);
// Whether the quick polls are over.
bool is_slow(std::size_t looks);
// Whether to request the record by id: once after the quick polls, and then with every poll.
bool is_to_be_asked(std::size_t looks, bool polled);

// Fewer changes prove nothing about a topic that is not silent yet.
inline constexpr std::size_t kChangesToJudge = 20;
// Whether almost none of a stream's recent changes were announced. Between the two thresholds, or with too few changes
// to judge, it stays as it `was`.
bool is_push_silent(const Announced& recent, bool was);

// How long after the poll that found its change an event may arrive.
inline constexpr Duration kAnnounceGrace = std::chrono::minutes(2);
// The time spans of the changes that are judged: the shortest with enough of them. For a silent topic it is the
// shortest one, which shows soonest that events arrive again.
inline constexpr std::array<Duration, 3> kAnnounceWindows{std::chrono::hours(1), std::chrono::hours(6),
                                                          std::chrono::hours(24)};
// The poll interval while events are missing: a fifth of the stream's own, but at least 30 s unless that is shorter.
Duration quickened(Duration poll_every);

}  // namespace carecloud
