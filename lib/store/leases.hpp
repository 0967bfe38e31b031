// The Leases seam: which of several daemons on one store runs the engine. PostgreSQL in the daemon (store/postgres), in
// memory in simulation; a store that one daemon alone can open grants each lease at once and for good
// (sole_leases.hpp).
//
// A lease lasts kLength by the store's clock alone. Its holder trusts it until `held_until` by its own CLOCK_BOOTTIME,
// which is kTrusted after the call that took or renewed it was sent: the difference bounds how far the two clocks may
// drift apart within a lease. Neither protects the data: the fence does, which is compared in each transaction that the
// engine writes (Store::set_fence). A holder that was stopped may believe in its lease for as long as it likes.
//
// Called from the I/O thread alone, on a connection of its own: a renewal never waits for a page. Errors of all:
// store_busy store_full store_failed store_corrupt, canceled once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// Proves that its bearer holds a lease: every take has a higher token than the one before.
struct Fence {
    std::string lease{};   // its name
    std::string holder{};  // the daemon's id: "host:pid:random"
    std::uint64_t token = 0;

    friend bool operator==(const Fence&, const Fence&) = default;
};

// What a call ends by whose fence no longer holds; nothing of it is in the store.
Error store_lost_error(std::string operation);

struct Lease {
    Fence fence{};
    // The database's own history, where it may fork; empty: it cannot. Another one than that of the last commit means
    // that commits may have been lost (hazard 15).
    std::string timeline{};
    Duration held_until{};  // by Clock::since_boot()
    // As found by the take: who held it last, and how long ago by the store's clock that was renewed. Empty and none:
    // nobody has, or it was released.
    std::string former{};
    std::optional<Duration> unrenewed{};

    static constexpr Duration kForGood = Duration::max();  // held_until of a lease that never expires
};

// Of the one engine of all streams.
inline constexpr std::string_view kEngineLease = "engine";

class Leases {
  public:
    static constexpr Duration kLength = std::chrono::seconds(5);
    static constexpr Duration kTrusted = std::chrono::seconds(4);

    Leases() = default;
    Leases(const Leases&) = delete;
    Leases& operator=(const Leases&) = delete;
    virtual ~Leases() = default;

    // None: somebody else holds it. It waits for a transaction of the holder that is under way; whether the lease has
    // expired is read after that wait, and `held_until` counts from after it, too. A repeated take by its holder is a
    // new take: it waits until the lease has expired. Errors: also store_newer, if the schema is not this program's.
    virtual Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) = 0;

    // The same lease, held for longer. Matched by token, whoever the holder is by name. Errors: also store_lost.
    virtual Task<Result<Lease>> renew(Lease lease) = 0;

    // The next daemon may take it at once. One that was lost is released already.
    virtual Task<Result<>> release(Lease lease) = 0;
};

}  // namespace carecloud
