// The Peers in memory, for simulation and tests.
//
//     auto peers = std::make_shared<MemoryPeersContent>();
//     MemoryPeers mine(peers, inbox_content, server);   // `server`: the store's clock
//     mine.share_fence(store);                          // of this daemon
//
// As MemoryStore: every call suspends once, and then takes effect immediately.
#pragma once

#include "store/peers.hpp"
#include "support/memory_inbox/memory_inbox.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// The content that survives a MemoryPeers, as a disk survives a process.
struct MemoryPeersContent {
    struct Present {
        Daemon daemon{};
        Timestamp since{};
        Timestamp seen_at{};
    };
    struct Request {
        std::string text{};
        Timestamp submitted_at{};
        std::optional<std::string> answer{};
    };

    std::map<std::string, Present> daemons{};  // by id
    std::map<std::uint64_t, Request> requests{};
    std::uint64_t last_request = 0;
};

class MemoryPeers : public Peers {
  public:
    MemoryPeers(std::shared_ptr<MemoryPeersContent> content, std::shared_ptr<const MemoryInboxContent> inbox,
                const Clock& server)
        : content_(std::move(content)), inbox_(std::move(inbox)), server_(server) {}

    // answer() is checked against that store's fence.
    void share_fence(const MemoryStore& store) { fenced_by_ = &store; }
    // As MemoryStore::set_fault_hook; `operation` is the method's name.
    void set_fault_hook(StoreFaultHook hook) { hook_ = std::move(hook); }

    Task<Result<>> announce(Daemon daemon) override;
    Task<Result<>> withdraw(std::string id) override;
    Task<Result<std::vector<DaemonRow>>> daemons() override;
    Task<Result<Arrivals>> arrivals(std::uint64_t after) override;
    Task<Result<std::uint64_t>> submit(std::string request) override;
    Task<Result<std::vector<PeerRequest>>> open_requests(std::size_t limit) override;
    Task<Result<>> answer(std::uint64_t id, std::string answer) override;
    Task<Result<std::optional<std::string>>> answer_of(std::uint64_t id) override;
    Task<Result<>> forget(std::uint64_t id) override;

  private:
    std::vector<DaemonRow> list() const;
    void drop_old_requests();

    std::shared_ptr<MemoryPeersContent> content_;
    std::shared_ptr<const MemoryInboxContent> inbox_;
    const Clock& server_;
    const MemoryStore* fenced_by_ = nullptr;
    StoreFaultHook hook_;
};

}  // namespace carecloud
