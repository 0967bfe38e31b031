// The Inbox seam: where verified events rest until they are settled. SQLite in the daemon (store/sqlite, the same
// database as the records), in memory in simulation.
//
// Called from the I/O thread alone; a call suspends until it is durable (writes) or read. Canceling the waiting
// coroutine does not stop a write that was begun.
//
// Errors of all: store_busy store_full store_failed store_corrupt, canceled once closed. After any error nothing of
// the call is in the store, except where a commit's own answer was lost: callers repeat the call, or have the sender
// repeat it, and what is held already writes nothing.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/event.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace carecloud {

// How many of a stream's recent changes an event had announced (lib/sync/DESIGN.md, hazard 23).
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

    // Durable when it returns; events that wait together share one transaction, and none waits for a timer. True: it
    // is new. False: a message of this id is held already, and nothing was written.
    virtual Task<Result<bool>> receive(Event event) = 0;

    // A stream's open events, the longest waiting first, at most `limit`.
    virtual Task<Result<std::vector<OpenEvent>>> open_events(std::string stream, std::size_t limit) = 0;
    virtual Task<Result<std::size_t>> count_open() = 0;

    // All in one transaction. An event that is not open any more stays as it is.
    virtual Task<Result<>> settle(std::vector<Settlement> settlements) = 0;

    // Of the stream's created and updated records with a `modified` and a commit in [from, until): how many there are,
    // and for how many an event was received since `from`.
    virtual Task<Result<Announced>> announced(std::string stream, Timestamp from, Timestamp until) = 0;

    // Writes the topic's row, where it differs from what is held. One that does not know its ARN keeps the one held.
    virtual Task<Result<>> note_subscription(Subscription subscription) = 0;
    virtual Task<Result<std::vector<Subscription>>> subscriptions() = 0;
};

}  // namespace carecloud
