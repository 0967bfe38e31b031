// The Inbox seam: stores verified events until they are settled. SQLite or PostgreSQL in the daemon (store/sqlite,
// store/postgres: the same database as the records), in memory in simulation.
//
// I/O thread only; a call suspends until it is durable (writes) or read. Canceling the waiting coroutine does not stop
// a write that was begun.
//
// Errors of all calls: store_busy store_full store_failed store_corrupt; canceled once closed. After any error nothing
// of the call is stored, unless only the result of the commit was lost: callers, or the sender, repeat the call; events
// that are already stored write nothing.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/event.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace carecloud {

// How many of a stream's recent changes were announced by an event (lib/sync/DESIGN.md, hazard 23).
struct Announced {
    std::size_t changes = 0;
    std::size_t announced = 0;
};

class Inbox {
  public:
    Inbox() = default;
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;
    virtual ~Inbox() = default;

    // Durable when it returns. Events that wait at the same time share one transaction; none waits for a timer. True:
    // the event is new. False: a message with this id is already stored, and nothing was written.
    virtual Task<Result<bool>> receive(Event event) = 0;

    // A stream's open events, the longest waiting first, at most `limit`.
    virtual Task<Result<std::vector<OpenEvent>>> open_events(std::string stream, std::size_t limit) = 0;
    virtual Task<Result<std::size_t>> count_open() = 0;

    // Settles all in one transaction, which is checked against the fence (Store::set_fence; errors: also store_lost).
    // An event that is no longer open is not changed.
    virtual Task<Result<>> settle(std::vector<Settlement> settlements) = 0;

    // Counts the stream's created and updated records with a `modified` and a commit in [from, until), and those among
    // them for which an event was received since `from`.
    virtual Task<Result<Announced>> announced(std::string stream, Timestamp from, Timestamp until) = 0;

    // Writes the topic's row if it differs. A subscription without an ARN keeps the stored one.
    virtual Task<Result<>> note_subscription(Subscription subscription) = 0;
    virtual Task<Result<std::vector<Subscription>>> subscriptions() = 0;
};

}  // namespace carecloud
