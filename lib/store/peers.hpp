// The Peers seam: how several daemons on one store interact, apart from the lease. PostgreSQL in the daemon
// (store/postgres), in memory in simulation; a store that only one daemon can open has none.
//
//   - Each daemon announces itself every few seconds, so that any of them can list all.
//   - All daemons receive events; the engine of one settles them. arrivals() shows it the events that any daemon
//     received.
//   - Requests that need the engine (`sync`, `backfill`, …) are submitted by a standby, carried out by the holder of
//     the lease, and answered through the store, at least once: if a holder ends before it has answered, the next
//     holder carries out the request.
//
// Times are by the store's clock. I/O thread only; a call suspends until it is durable (writes) or read. Errors of all
// calls: store_busy store_full store_failed store_corrupt; canceled once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

enum class DaemonRole { active, standby };

std::string_view to_string(DaemonRole role);
std::optional<DaemonRole> daemon_role_from(std::string_view text);

struct Daemon {
    std::string id{};  // "host:pid:random", as in its leases
    std::string host{};
    std::uint64_t pid = 0;
    std::string version{};
    DaemonRole role = DaemonRole::standby;
};

struct DaemonRow {
    Daemon daemon{};
    std::string since{};  // start of this role, ISO 8601
    Duration unseen{};    // time since its last announcement

    // Whether it has probably ended, or cannot reach the store.
    bool is_lost() const { return unseen > kUnseenUsual; }

    static constexpr Duration kUnseenUsual = std::chrono::seconds(10);
};

// The events received since the number of an earlier call.
struct Arrivals {
    std::uint64_t newest = 0;            // to be passed to the next call
    std::vector<std::string> streams{};  // of these events, each once
};

struct PeerRequest {
    std::uint64_t id = 0;
    std::string text{};  // as submitted
};

class Peers {
  public:
    // A daemon is no longer listed after this time without an announcement.
    static constexpr Duration kUnseenMax = std::chrono::hours(1);
    // A request is dropped if it has not been answered by then.
    static constexpr Duration kRequestLife = std::chrono::minutes(1);

    Peers() = default;
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;
    virtual ~Peers() = default;

    // Adds the daemon, or renews its row. `since` is the time of its first announcement in the current role.
    virtual Task<Result<>> announce(Daemon daemon) = 0;
    // Removes the daemon's row, when the daemon ends.
    virtual Task<Result<>> withdraw(std::string id) = 0;
    // Ordered by host and id.
    virtual Task<Result<std::vector<DaemonRow>>> daemons() = 0;

    // Returns the events with a number above `after`, received by any daemon. Numbers are in the order of commits, so
    // no event with a number up to `newest` appears later.
    virtual Task<Result<Arrivals>> arrivals(std::uint64_t after) = 0;

    // Returns the request's id.
    virtual Task<Result<std::uint64_t>> submit(std::string request) = 0;
    // The requests without an answer, in ascending order of id.
    virtual Task<Result<std::vector<PeerRequest>>> open_requests(std::size_t limit) = 0;
    // Called by the holder of the engine's lease, and checked against the fence like its other writes. A request that
    // is no longer open is not changed.
    virtual Task<Result<>> answer(std::uint64_t id, std::string answer) = 0;
    // std::nullopt if there is no answer yet, or no such request.
    virtual Task<Result<std::optional<std::string>>> answer_of(std::uint64_t id) = 0;
    // Removes the request and its answer, which are no longer needed.
    virtual Task<Result<>> forget(std::uint64_t id) = 0;
};

}  // namespace carecloud
