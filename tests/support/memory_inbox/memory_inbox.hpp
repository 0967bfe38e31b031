// The Inbox in memory, for simulation and tests: single-threaded and deterministic; can be killed and restarted.
//
//     auto content = std::make_shared<MemoryInboxContent>();
//     MemoryInbox inbox(content, clock, store_content);
//
// Like MemoryStore, each call suspends once, by a post to its executor, and then takes effect immediately.
#pragma once

#include "base/timestamp.hpp"
#include "store/inbox.hpp"
#include "support/memory_store/memory_store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

// The content, which survives a MemoryInbox, like a disk survives a process.
struct MemoryInboxContent {
    struct Held {
        Event event;
        Timestamp received_at;
        std::uint64_t number = 0;    // in order of arrival
        std::uint64_t held_seq = 0;  // the change number of its record's version then
    };

    std::map<std::string, Held> events;                 // by MessageId
    std::map<std::string, Subscription> subscriptions;  // by topic
    std::uint64_t writes = 0;                           // calls that changed the content
};

class MemoryInbox : public Inbox {
  public:
    // `store`: the store whose changes announced() counts; may be null.
    MemoryInbox(std::shared_ptr<MemoryInboxContent> content, const Clock& clock,
                std::shared_ptr<const MemoryStoreContent> store = nullptr);

    // settle() is checked against that store's fence, too.
    void share_fence(const MemoryStore& store) { fenced_by_ = &store; }
    // Called once per call, after its suspension; `operation` is the method's name.
    void set_fault_hook(StoreFaultHook hook) { hook_ = std::move(hook); }
    const MemoryInboxContent& content() const { return *content_; }

    Task<Result<bool>> receive(Event event) override;
    Task<Result<std::vector<OpenEvent>>> open_events(std::string stream, std::size_t limit) override;
    Task<Result<std::size_t>> count_open() override;
    Task<Result<>> settle(std::vector<Settlement> settlements) override;
    Task<Result<Announced>> announced(std::string stream, Timestamp from, Timestamp until) override;
    Task<Result<>> note_subscription(Subscription subscription) override;
    Task<Result<std::vector<Subscription>>> subscriptions() override;

  private:
    std::vector<OpenEvent> longest_waiting(const std::string& stream, std::size_t limit) const;
    Announced count_announced(const std::string& stream, Timestamp from, Timestamp until) const;
    bool was_announced(const std::string& stream, const std::string& record_id, Timestamp from) const;

    std::shared_ptr<MemoryInboxContent> content_;
    const Clock& clock_;
    std::shared_ptr<const MemoryStoreContent> store_;
    const MemoryStore* fenced_by_ = nullptr;
    StoreFaultHook hook_;
};

}  // namespace carecloud
