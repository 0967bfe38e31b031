// An open store of any kind, as the daemon uses it, so only one file has to know the kinds.
//
//     Result<std::unique_ptr<StoreHandle>> store = open_sqlite_store(settings, clock);
//     (*store)->set_change_listener([&feed](std::uint64_t newest_seq) { feed.announce(newest_seq); });
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/leases.hpp"
#include "store/peers.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace carecloud {

// Content older than these times may be removed; std::nullopt: it is kept permanently.
struct KeepLimits {
    std::optional<Timestamp> versions{};  // former versions and their corrections
    std::optional<Timestamp> changes{};   // of the log, except each record's newest
    std::optional<Timestamp> events{};    // settled ones
    std::optional<Timestamp> deleted{};   // bodies of deleted records, with their former versions
    bool keep_versions = true;            // false: no further former versions are written
};

// A request to erase a record's content.
struct ErasureRequest {
    std::string stream{};
    std::string id{};
    std::string requested_by{};
};

// The result of an erasure.
struct ErasureReport {
    bool known = false;  // false: the store has nothing of the record
    std::uint64_t versions = 0;
    std::uint64_t events = 0;
    bool quarantined = false;
    bool log_cleared = false;  // false: a reader still uses the write-ahead log, which has the content
};

// The result of pruning a slice.
struct PruneReport {
    std::uint64_t versions = 0;
    std::uint64_t corrections = 0;
    std::uint64_t changes = 0;
    std::uint64_t events = 0;
    std::uint64_t bodies = 0;
    bool more = false;     // there may be more to remove
    bool written = false;  // something was written

    PruneReport& operator+=(const PruneReport& other);
    std::uint64_t rows() const { return versions + corrections + changes + events + bodies; }
};

// The space that former versions use.
struct VersionUse {
    std::uint64_t versions = 0;
    std::uint64_t bytes = 0;           // packed
    std::optional<Timestamp> since{};  // when the oldest was replaced; empty if there are none
};

class StoreHandle {
  public:
    StoreHandle() = default;
    StoreHandle(const StoreHandle&) = delete;
    StoreHandle& operator=(const StoreHandle&) = delete;
    // Closes.
    virtual ~StoreHandle() = default;

    virtual Store& store() = 0;
    virtual Inbox& inbox() = 0;
    virtual CertificateStore& certificates() = 0;
    virtual Reader& reader() = 0;
    // The holder of the lease kEngineLease runs the engine.
    virtual Leases& leases() = 0;
    // Null if only one daemon can open this store.
    virtual Peers* peers() = 0;

    // Called with the newest seq after commits of any daemon that added to the change log; readers of the log find that
    // change there. Several commits may be reported by one call. A smaller number than before means that a failover of
    // the database has lost commits. There is one listener, or none if it is empty. It must
    // not throw.
    virtual void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) = 0;
    // Called when a daemon has received an event, or submitted or answered a request. Only a hint: a call may be
    // missing, superfluous, or report several of these, so callers also poll. There is one listener, or none if it is
    // empty. It must not throw.
    virtual void set_peer_listener(std::function<void()> listener) = 0;

    // Checks that this process still owns the store and that its writes are kept. store_failed: the store is lost
    // (hazard 37), and all later writes fail with that error, too.
    virtual Task<Result<>> check_owned() = 0;

    // Removes a slice of the content that is older than the limits, in order with the other writes and under the same
    // fence (Store::set_fence; errors: also store_lost). Takes some milliseconds.
    virtual Task<Result<PruneReport>> prune(KeepLimits limits) = 0;

    // Overwrites the content of a record: its body, former versions and every copy. Hashes, changes and rows remain.
    virtual Task<Result<ErasureReport>> erase(ErasureRequest request) = 0;

    // A notice about the opened store for the operator; empty if there is none.
    virtual std::string notice() const { return {}; }

    // Resource usage, without disk or network access.
    virtual StoreUse use() const = 0;

    // Completes all calls that were begun, and releases the store for another daemon. Blocks. Later calls fail with
    // `canceled`.
    virtual void close() = 0;
};

}  // namespace carecloud
