// The Leases seam: which of several daemons on one store runs the engine. PostgreSQL in the daemon (store/postgres), in
// memory in simulation. A store that only one daemon can open grants every lease immediately and permanently
// (SoleLeases).
//
// A lease lasts kLength by the store's clock. Its holder trusts it until `held_until` by its own CLOCK_BOOTTIME, which
// is kTrusted after the call that took or renewed it was sent; the difference bounds how far the two clocks may drift
// apart within a lease. Neither limit protects the data, because a paused holder may believe in its lease for any
// length of time. The fence does: it is checked in every transaction that the engine writes (Store::set_fence).
//
// I/O thread only, on a separate connection, so a renewal never waits for a page. Errors of all calls: store_busy
// store_full store_failed store_corrupt; canceled once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// Proves that its bearer holds a lease. Every take has a higher token than the previous one.
struct Fence {
    std::string lease{};   // the lease's name
    std::string holder{};  // the daemon's id: "host:pid:random"
    std::uint64_t token = 0;

    friend bool operator==(const Fence&, const Fence&) = default;
};

// The error of a call whose fence no longer holds. Nothing of the call is stored.
Error store_lost_error(std::string operation);

struct Lease {
    Fence fence{};
    // Identifies the history of the database's commits; empty if it cannot fork. A value that differs from that of the
    // last commit means that commits may have been lost (hazard 15).
    std::string timeline{};
    Duration held_until{};  // by Clock::since_boot()
    // The previous holder, and the time since its last renewal by the store's clock, as found by the take. Empty if
    // there was none, or if it released the lease.
    std::string former{};
    std::optional<Duration> unrenewed{};

    static constexpr Duration kForGood = Duration::max();  // held_until of a lease that does not expire
};

// The lease of the engine, which runs all streams.
inline constexpr std::string_view kEngineLease = "engine";

class Leases {
  public:
    static constexpr Duration kLength = std::chrono::seconds(5);
    static constexpr Duration kTrusted = std::chrono::seconds(4);

    Leases() = default;
    Leases(const Leases&) = delete;
    Leases& operator=(const Leases&) = delete;
    virtual ~Leases() = default;

    // std::nullopt if the lease has not expired, even if `holder` holds it. Waits for the holder's transaction under
    // way; whether the lease has expired is read after that wait, from which `held_until` also counts. Errors: also
    // store_newer, if the schema is newer than this program; config_invalid, if the store was moved.
    virtual Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) = 0;

    // Returns the lease with a later `held_until`. Matched by token, regardless of the holder's name. Errors: also
    // store_lost.
    virtual Task<Result<Lease>> renew(Lease lease) = 0;

    // Lets the next daemon take the lease immediately. Has no effect on a lease that was lost.
    virtual Task<Result<>> release(Lease lease) = 0;
};

// The Leases of a store that only one daemon can open: that daemon holds each lease until it closes the store.
class SoleLeases : public Leases {
  public:
    Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) override;
    Task<Result<Lease>> renew(Lease lease) override;
    Task<Result<>> release(Lease lease) override;
};

}  // namespace carecloud
