// The Leases in memory, for simulation and tests: rows of the store's content, by the store's own clock.
//
//     MemoryLeases leases(content, server, clock);   // `server`: the store's clock; `clock`: the daemon's
//
// As MemoryStore: every call suspends once, and then takes effect immediately; a take waits for the pages that are
// under way (PageShare).
#pragma once

#include "store/leases.hpp"
#include "support/memory_store/memory_store.hpp"

#include <memory>
#include <string>
#include <utility>

namespace carecloud {

class MemoryLeases : public Leases {
  public:
    MemoryLeases(std::shared_ptr<MemoryStoreContent> content, const Clock& server, Clock& clock)
        : content_(std::move(content)), server_(server), clock_(clock) {}

    // As MemoryStore::set_fault_hook; `operation` is the method's name.
    void set_fault_hook(StoreFaultHook hook) { hook_ = std::move(hook); }

    Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) override;
    Task<Result<Lease>> renew(Lease lease) override;
    Task<Result<>> release(Lease lease) override;

  private:
    Task<Result<bool>> begin(std::string operation);
    Task<Result<bool>> begin_behind_pages(std::string operation);
    LeaseRow* row_of(const Fence& fence);

    std::shared_ptr<MemoryStoreContent> content_;
    const Clock& server_;
    Clock& clock_;
    StoreFaultHook hook_;
};

}  // namespace carecloud
