// The Peers seam: what several daemons on one store have to do with each other, beside the lease. PostgreSQL in the
// daemon (store/postgres), in memory in simulation; a store that one daemon alone can open has none.
//
//   - Who they are: each announces itself every few seconds, so that any of them can list all.
//   - Events are received by all of them, and settled by the engine of one: arrivals() shows it what all have received.
//   - Requests that need the engine (`sync`, `backfill`, …) are submitted by a standby, carried out by the holder of
//     the lease, and answered through the store. At least once: a holder that ends before it has answered leaves the
//     request to the next one.
//
// Times are by the store's clock. Called from the I/O thread alone; a call suspends until it is durable (writes) or
// read. Errors of all: store_busy store_full store_failed store_corrupt, canceled once closed.
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
    std::string since{};  // when it took this role, ISO 8601
    Duration unseen{};    // since its last announcement

    // It has probably ended, or does not reach the store.
    bool is_lost() const { return unseen > kUnseenUsual; }

    static constexpr Duration kUnseenUsual = std::chrono::seconds(10);
};

// What was received since a number.
struct Arrivals {
    std::uint64_t newest = 0;            // pass it to the next call
    std::vector<std::string> streams{};  // that these events name; each once
};

struct PeerRequest {
    std::uint64_t id = 0;
    std::string text{};  // as submitted
};

class Peers {
  public:
    // A daemon that was not seen for so long is not listed any more.
    static constexpr Duration kUnseenMax = std::chrono::hours(1);
    // A request that nobody has answered by then is dropped.
    static constexpr Duration kRequestLife = std::chrono::minutes(1);

    Peers() = default;
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;
    virtual ~Peers() = default;

    // Adds the daemon or renews its row; `since` is the time of the first one in that role.
    virtual Task<Result<>> announce(Daemon daemon) = 0;
    // It has ended.
    virtual Task<Result<>> withdraw(std::string id) = 0;
    // In order of host and id.
    virtual Task<Result<std::vector<DaemonRow>>> daemons() = 0;

    // Of the events with a number above `after`, by any daemon. Numbers are in the order of commits: none appears below
    // `newest` later.
    virtual Task<Result<Arrivals>> arrivals(std::uint64_t after) = 0;

    // The request's id.
    virtual Task<Result<std::uint64_t>> submit(std::string request) = 0;
    // Those without an answer, in order of their ids.
    virtual Task<Result<std::vector<PeerRequest>>> open_requests(std::size_t limit) = 0;
    // By the holder of the engine's lease: checked against the fence as its other writes are. One that is not open any
    // more stays as it is.
    virtual Task<Result<>> answer(std::uint64_t id, std::string answer) = 0;
    // None: there is no answer yet, or no such request.
    virtual Task<Result<std::optional<std::string>>> answer_of(std::uint64_t id) = 0;
    // Removes the request with its answer: nobody waits for it any more.
    virtual Task<Result<>> forget(std::uint64_t id) = 0;
};

}  // namespace carecloud
