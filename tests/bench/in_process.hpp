// The product's engine in this process, connected as in the daemon, with a count of its commits: for passes that are
// too short to be measured from outside.
#pragma once

#include "portal/http/http_portal.hpp"
#include "runtime/system_clock.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/stream/pass.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace carecloud::bench {

// Forwards all calls and counts the commits that wrote.
class CountingStore : public Store {
  public:
    explicit CountingStore(Store& store) : store_(store) {}

    std::size_t commits() const { return commits_; }

    void set_fence(std::optional<Fence> fence) override { store_.set_fence(std::move(fence)); }
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

  private:
    Store& store_;
    std::size_t commits_ = 0;
};

class InProcess {
  public:
    // Creates a store in `folder`. Throws std::runtime_error, as does pass().
    InProcess(const std::string& base_url, const std::string& folder, Duration overlap);

    PassReport pass();
    std::size_t commits() const { return counting_.commits(); }

  private:
    boost::asio::io_context io_{1};
    SystemClock clock_{io_};
    std::unique_ptr<HttpPortal> portal_;
    std::unique_ptr<SqliteStore> store_;
    CountingStore counting_;
    RateLimiter limiter_;
    PortalTime time_;
    Lanes lanes_{clock_, limiter_, 1};
    Random random_{1};
    PassSettings settings_;
    StreamMemory memory_;
};

}  // namespace carecloud::bench
