// The Store, Inbox and CertificateStore in one schema of a PostgreSQL database, for several daemons. The schema
// (migrations/*.sql) is a public interface.
//
//     auto store = PostgresStore::open(settings, clock);
//     if (!store) return store.error();
//     Result<CommitSummary> summary = co_await (*store)->commit(std::move(batch));
//
// Calls run on three threads with a connection each: one for what the engine writes and reads, one for events and
// certificates, which are not delayed by pages, and one for slow reads (live, count_live, announced). Every wait has a
// deadline. While the server is unreachable, calls fail with store_failed or store_busy; nothing is buffered in memory.
#pragma once

#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/postgres/settings.hpp"
#include "store/store.hpp"
#include "store/store_handle.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class PostgresStore : public Store, public Inbox, public CertificateStore {
  public:
    // Blocks while it connects, checks the server and migrates the schema: for startup. Errors: store_newer store_busy
    // store_full store_failed store_corrupt. Calls resume on the executor of the coroutine that made them, which must
    // outlive the store; so must `clock`.
    static Result<std::unique_ptr<PostgresStore>> open(const PostgresSettings& settings, Clock& clock);

    // Closes.
    ~PostgresStore() override;

    // Completes all calls that were begun. Blocks. Later calls fail with `canceled`.
    void close();

    // False if the server was built without lz4; then it uses PostgreSQL's own, slower compression.
    bool has_lz4() const;

    // See StoreHandle.
    Task<Result<>> check_owned();
    Task<Result<PruneReport>> prune(KeepLimits limits);
    Task<Result<ErasureReport>> erase(ErasureRequest request);
    // Called for commits of this object only; the server announces those of other daemons (PgChangeFeed).
    void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener);

    void set_fence(std::optional<Fence> fence) override;
    const std::optional<Fence>& fence() const;
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
    explicit PostgresStore(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
