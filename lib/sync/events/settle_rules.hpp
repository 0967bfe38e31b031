// When an event is settled, when to look again, and when a topic has fallen silent (lib/sync/DESIGN.md, promise 4,
// hazards 16 and 23). Pure.
#pragma once

#include "base/clock.hpp"
#include "model/event.hpp"
#include "model/record.hpp"
#include "store/inbox.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace carecloud {

// `event_time` is taken when the event is made, a moment after the record's `modified`, on another of the vendor's
// machines.
inline constexpr Duration kEventTolerance = std::chrono::seconds(5);

// Passes that look for an event's record before it is asked for by id.
inline constexpr std::size_t kQuickLooks = 4;

// A time more than a day beyond the portal's is a mistake of the clock that made the event, and would keep it open
// until then: it counts as none.
void ignore_future_time(OpenEvent& event, Timestamp portal_time);

// Whether the version that an answer showed, requested after the event had come, settles it: it is no older than the
// event; or it is a little older, and was not held when the event came. One that was held then settles it only once the
// quick looks are over: what the event announced may not be visible yet. Never while the record is doubted.
bool settles(const HeldRecord& shown, const OpenEvent& event, std::size_t looks);

// Whether nothing newer can still become visible for the event: `overlap` has passed since, by the portal's time. What
// the portal shows of the record then is what the event had announced.
bool is_past_overlap(const OpenEvent& event, Timestamp portal_time, Duration overlap);

// The pause before the next pass is to look for an event that `looks` passes have not found: 1, 2, 4 and 8 s; none
// afterwards, when its record was asked for by id and the timer's polls go on looking.
std::optional<Duration> look_pause(std::size_t looks);
// Whether the quick looks were in vain.
bool is_slow(std::size_t looks);
// Whether the record is to be asked for by id: once the quick looks are over, and then with every poll.
bool is_to_be_asked(std::size_t looks, bool polled);

// Fewer changes say nothing about a topic that is not silent yet.
inline constexpr std::size_t kChangesToJudge = 20;
// Whether hardly any of a stream's recent changes was announced. Between the two shares, and if there are too few
// changes to judge, it stays as it `was`.
bool is_push_silent(const Announced& recent, bool was);

// How long an event may come after the poll that found its change.
inline constexpr Duration kAnnounceGrace = std::chrono::minutes(2);
// The spans of changes that are looked at: the shortest that has enough of them. That a silent topic is heard again is
// seen in the shortest one.
inline constexpr std::array<Duration, 3> kAnnounceWindows{std::chrono::hours(1), std::chrono::hours(6),
                                                          std::chrono::hours(24)};
// While events are missing a stream is polled so often, where its own interval is longer.
Duration quickened(Duration poll_every);

}  // namespace carecloud
