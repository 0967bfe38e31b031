// The Store in memory, for simulation: single-threaded and deterministic; can be killed and restarted. It enforces the
// rules of the seam like the product's store.
//
//     auto content = std::make_shared<MemoryStoreContent>();
//     auto store = std::make_unique<MemoryStore>(content, clock);
//     …                                // kill: destroy the coroutines and the store
//     store = std::make_unique<MemoryStore>(content, clock);   // restarted from the committed state
//
// Each call suspends once, by a post to its executor, and then takes effect immediately: a coroutine that is destroyed
// while it waits has changed nothing.
#pragma once

#include "model/change.hpp"
#include "store/store.hpp"
#include "support/memory_store/store_content.hpp"
#include "support/memory_store/store_fault.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct LeaseRow {
    std::string holder{};
    std::uint64_t token = 0;
    Timestamp expires_at{};  // by the store's clock
};

class PageShare;

// The content, which survives a MemoryStore, like a disk survives a process.
struct MemoryStoreContent {
    StoreContent tables;
    std::uint64_t commits = 0;  // transactions that wrote
    // Versions skipped because a record's bytes differ in each response, by stream.
    std::map<std::string, std::uint64_t> unsteady{};
    std::uint64_t last_pass = 0;
    bool owned = false;
    std::map<std::string, LeaseRow> leases{};  // by name
    std::set<PageShare*> pages{};              // transactions under way
    std::uint64_t stale_writes = 0;            // pages committed under a fence that did not hold
};

// The daemon's lock on a store (hazard 13), held during its lifetime: a second daemon cannot take it.
class MemoryOwnership {
  public:
    static std::optional<MemoryOwnership> take(std::shared_ptr<MemoryStoreContent> content) {
        if (std::exchange(content->owned, true)) return std::nullopt;
        return MemoryOwnership(std::move(content));
    }
    ~MemoryOwnership() {
        if (content_) content_->owned = false;
    }
    MemoryOwnership(MemoryOwnership&&) noexcept = default;
    MemoryOwnership& operator=(MemoryOwnership&&) = delete;

  private:
    explicit MemoryOwnership(std::shared_ptr<MemoryStoreContent> content) : content_(std::move(content)) {}

    std::shared_ptr<MemoryStoreContent> content_;
};

// What a page's transaction locks FOR SHARE, from its look at the fence to its commit.
class PageShare {
  public:
    // The server ends a transaction that lasts longer than this while others wait for its locks.
    static constexpr Duration kLongest = std::chrono::seconds(6);

    PageShare(std::shared_ptr<MemoryStoreContent> content, Timestamp now)
        : content_(std::move(content)), begun_at_(now) {
        content_->pages.insert(this);
    }
    ~PageShare() { release(); }
    PageShare(const PageShare&) = delete;
    PageShare& operator=(const PageShare&) = delete;

    void release() { content_->pages.erase(this); }
    bool is_held() const { return content_->pages.contains(const_cast<PageShare*>(this)); }
    Timestamp begun_at() const { return begun_at_; }

  private:
    std::shared_ptr<MemoryStoreContent> content_;
    Timestamp begun_at_;
};

// How long the pages' transactions last; by default no time.
struct PageTimes {
    Clock* clock = nullptr;         // the daemon's
    const Clock* server = nullptr;  // the store's
    std::function<Duration()> next{};
};

class MemoryStore : public Store {
  public:
    MemoryStore(std::shared_ptr<MemoryStoreContent> content, const Clock& clock);

    void set_fault_hook(StoreFaultHook hook) { hook_ = std::move(hook); }
    const MemoryStoreContent& content() const { return *content_; }

    void set_page_times(PageTimes times) { page_times_ = std::move(times); }
    void set_fence(std::optional<Fence> fence) override;
    const std::optional<Fence>& fence() const { return fence_; }
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
    Task<Result<CommitSummary>> commit_in_time(Batch batch, std::optional<Fence> fence);
    Result<CommitSummary> apply(const Batch& batch, const std::string& at);
    bool take(const Batch& batch, const Record& record, const std::string& at, CommitSummary& summary);
    Decision decide_on(HeldVersion& held, const StoreContent::RecordId& key, const Batch& batch,
                       const Record& record, const std::string& at) const;
    void keep(const StoreContent::RecordId& key, std::uint64_t seq, const Record& record);
    std::optional<PastChange> past(std::uint64_t seq) const;
    void doubt(const StoreContent::RecordId& key, const Batch& batch, const Record& record,
               const Decision& decision, std::uint64_t reversals, CommitSummary& summary);
    bool write_rechecks(const Batch& batch, CommitSummary& summary);
    void release(const std::string& stream, const Record& record, CommitSummary& summary);
    void mark_deleted(const Batch& batch, const Key& key, const std::string& at, CommitSummary& summary);
    std::uint64_t write_pass(Job pass, const std::string& at);
    // `attempt`: an existing entry already counts as another attempt.
    void set_aside(const std::string& stream, const std::vector<InvalidRecord>& invalid, bool attempt,
                   const std::string& at, CommitSummary& summary);
    bool put_invalid(const std::string& stream, const InvalidRecord& record, bool attempt,
                     const std::string& at);
    bool save(const StreamState& state, const std::string& at);
    bool knows(const std::string& stream, const Key& key) const;

    std::shared_ptr<MemoryStoreContent> content_;
    const Clock& clock_;
    StoreFaultHook hook_;
    AnswerLog answers_;
    std::uint64_t begun_at_ = 0;  // the newest change before the current commit
    std::optional<Fence> fence_;
    PageTimes page_times_;
};

// Why a transaction under this fence must not write; none: it may, or is not checked.
std::optional<Error> refuse_fenced(const MemoryStoreContent& content, const std::optional<Fence>& fence,
                                   std::string operation);

}  // namespace carecloud
