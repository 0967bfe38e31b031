// The Store, the Inbox and the CertificateStore in one SQLite file (3.37 or newer), for one daemon: the schema is
// migrations/*.sql, a public interface.
//
//     auto store = SqliteStore::open({.path = "/var/lib/carecloud-syncd/store.db"}, clock);
//     if (!store) return store.error();
//     Result<CommitSummary> summary = co_await (*store)->commit(std::move(batch));
//
// SQLite runs on the store's own threads: one writes, one transaction per page, each durable when its call returns
// (write-ahead log, synchronous=FULL), and one runs slow reads (live, count_live). The file must be on a local
// filesystem. Other programs may read it at any time; while one writes, calls here wait for the busy timeout, then fail
// with store_busy.
#pragma once

#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/store.hpp"
#include "store/store_handle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// How an empty store is filled: see store/sqlite/record_index.hpp.
struct FirstLoad {
    // The index is built at the latest when this many records are held. The map that replaces it uses 70 MB then, and
    // temporarily half as much again while it grows.
    std::size_t records_max = 3'000'000;
    // The used bits of the 64 bits of an id: tests make ids collide.
    std::uint64_t key_mask = ~std::uint64_t{0};
};

struct SqliteSettings {
    std::string path{};
    // How long to wait for another program's lock.
    std::chrono::milliseconds busy_timeout{5000};
    // At most this much of the file is kept in memory; it is allocated on demand and released when idle.
    std::size_t cache_bytes = 64U << 20U;
    // The write-ahead log is moved into the database piece by piece, concurrently with the writer. At this size it
    // restarts, at most one commit later; it grows without limit while another program's reader needs it (hazard 26).
    std::size_t checkpoint_bytes = 64U << 20U;
    // The database must not grow beyond this (store_full); 0: until the disk is full.
    std::uint64_t size_max_bytes = 0;
    // Memory is released after the store was idle for this long.
    std::chrono::milliseconds quiet_after{2000};
    FirstLoad first_load{};
    // Whether replaced versions are kept, until the first prune() sets it.
    bool keep_versions = true;
    // Of a file that records that there is a store at `path` (see ownership.hpp); empty: there is none.
    std::string marker{};
    // A registered SQLite VFS; empty: the system's.
    std::string vfs{};
};

class SqliteStore : public Store, public Inbox, public CertificateStore {
  public:
    // Blocks while it opens, locks and migrates the file: for startup. A missing file is created (mode 0640), a missing
    // directory is not. Errors: store_owned store_newer store_busy store_full store_failed store_corrupt. Calls resume
    // on the executor of the coroutine that made them, which must outlive the store; so must `clock`.
    static Result<std::unique_ptr<SqliteStore>> open(const SqliteSettings& settings, Clock& clock);

    // Closes.
    ~SqliteStore() override;

    // Completes every call that was begun, moves the write-ahead log into the database and releases the file for
    // another daemon. Blocks, for the current call and checkpoint and for the rest of the log. Later calls end as
    // `canceled`.
    void close();

    // Whether written data is kept: store_failed if the file was removed, replaced or unmounted (hazard 37). From then
    // on every writing call also fails.
    Task<Result<>> check_owned();

    // As StoreHandle::prune.
    Task<Result<PruneReport>> prune(KeepLimits limits);

    // As StoreHandle::erase.
    Task<Result<ErasureReport>> erase(ErasureRequest request);

    // Random text created with a new store (hazard 15).
    const std::string& generation() const;

    // Called on the I/O thread after each commit that added to the change log, with its newest seq; the log can then be
    // read up to it. It must not throw. There is one listener; empty: none.
    void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener);

    // The file's lock is the lease.
    void set_fence(std::optional<Fence> /*fence*/) override {}
    // The store sets `updated_at` of a committed state: its value in the batch is ignored.
    Task<Result<std::optional<StreamState>>> load_stream(std::string stream) override;
    Task<Result<CommitSummary>> commit(Batch batch) override;
    Task<Result<std::vector<std::size_t>>> unknown(std::string stream, std::vector<Key> keys) override;
    Task<Result<std::vector<std::optional<HeldRecord>>>> held(std::string stream,
                                                              std::vector<std::string> ids) override;
    Task<Result<Rechecks>> rechecks(std::string stream, std::size_t limit) override;
    Task<Result<std::vector<Key>>> untried(std::string stream, Timestamp now, std::size_t limit) override;
    Task<Result<std::vector<Key>>> live(LiveRange range) override;
    Task<Result<std::uint64_t>> count_live(std::string stream, std::string modified_from) override;
    Task<Result<std::uint64_t>> save_pass(Job pass) override;
    Task<Result<std::vector<Job>>> passes() override;
    Task<Result<std::map<std::string, Timestamp>>> first_passes() override;
    Task<Result<>> note_first_pass(std::string stream) override;
    Task<Result<RequestCount>> requests(std::string month) override;
    Task<Result<>> save_requests(std::string month, RequestCount count) override;

    Task<Result<bool>> receive(Event event) override;
    Task<Result<std::vector<OpenEvent>>> open_events(std::string stream, std::size_t limit) override;
    Task<Result<std::size_t>> count_open() override;
    Task<Result<>> settle(std::vector<Settlement> settlements) override;
    Task<Result<Announced>> announced(std::string stream, Timestamp from, Timestamp until) override;
    Task<Result<>> note_subscription(Subscription subscription) override;
    Task<Result<std::vector<Subscription>>> subscriptions() override;

    Task<Result<std::vector<KeptCertificate>>> certificates() override;
    Task<Result<>> save_certificate(KeptCertificate certificate) override;
    Task<Result<>> remove_certificate(std::string url) override;

  private:
    struct Impl;
    explicit SqliteStore(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

// Opens a SqliteStore and its SqliteReader as the store of a daemon. Blocks while it opens. Errors: as
// SqliteStore::open. `clock` must outlive the store.
Result<std::unique_ptr<StoreHandle>> open_sqlite_store(const SqliteSettings& settings, Clock& clock);

}  // namespace carecloud
