// An open store of any kind: what a daemon needs of it, so that one file alone knows which kinds there are.
//
//     Result<std::unique_ptr<StoreHandle>> store = open_sqlite_store(settings, clock);
//     (*store)->set_change_listener([&feed](std::uint64_t newest_seq) { feed.announce(newest_seq); });
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace carecloud {

// What is older than these is not to be kept; none: it is kept for ever.
struct KeepLimits {
    std::optional<Timestamp> versions{};  // former versions, and what was corrected in them
    std::optional<Timestamp> changes{};   // of the log, but the newest of each record
    std::optional<Timestamp> events{};    // that are settled
    std::optional<Timestamp>
        deleted{};              // bodies of records that the portal has deleted, with their former versions
    bool keep_versions = true;  // false: none is written any more
};

// A record whose content is to be erased.
struct ErasureRequest {
    std::string stream{};
    std::string id{};
    std::string requested_by{};
};

// What of it was there.
struct ErasureReport {
    bool known = false;  // false: the store has nothing of that record
    std::uint64_t versions = 0;
    std::uint64_t events = 0;
    bool quarantined = false;
    bool log_cleared =
        false;  // false: a reader needs the write-ahead log, which holds the content until it ends
};

// What a slice took away.
struct PruneReport {
    std::uint64_t versions = 0;
    std::uint64_t corrections = 0;
    std::uint64_t changes = 0;
    std::uint64_t events = 0;
    std::uint64_t bodies = 0;
    bool more = false;     // there may be more to take away
    bool written = false;  // something was written

    PruneReport& operator+=(const PruneReport& other);
    std::uint64_t rows() const { return versions + corrections + changes + events + bodies; }
};

// What the former versions in a store take.
struct VersionUse {
    std::uint64_t versions = 0;
    std::uint64_t bytes = 0;           // packed
    std::optional<Timestamp> since{};  // when the oldest was replaced; none: there is none
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

    // Called after each commit that added to the change log, with its newest seq: what reads the log finds it there. It
    // must not throw. One at a time; empty: nobody is called.
    virtual void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) = 0;

    // Whether this process still owns the store and what is written is kept. store_failed: it is lost (hazard 37), and
    // from then on every call that writes fails with it, too.
    virtual Task<Result<>> check_owned() = 0;

    // Takes away what is older than the limits, a slice of some milliseconds in the writer's order.
    virtual Task<Result<PruneReport>> prune(KeepLimits limits) = 0;

    // Overwrites the content of a record, of its former versions and of every copy; hashes, changes and rows stay.
    virtual Task<Result<ErasureReport>> erase(ErasureRequest request) = 0;

    // What it takes of this machine. Reads from the kernel's memory alone.
    virtual StoreUse use() const = 0;

    // Carries out every call that was begun and frees the store for another daemon. Blocks. Later calls end by
    // `canceled`.
    virtual void close() = 0;
};

}  // namespace carecloud
