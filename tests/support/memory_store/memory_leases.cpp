#include "support/memory_store/memory_leases.hpp"

namespace carecloud {

// The answers of a former life are no order for what others have committed since.
void MemoryStore::set_fence(std::optional<Fence> fence) {
    if (fence != fence_) answers_ = AnswerLog(content_->tables.changes.size());
    fence_ = std::move(fence);
}

std::optional<Error> refuse_fenced(const MemoryStoreContent& content, const std::optional<Fence>& fence,
                                   std::string operation) {
    if (!fence) return std::nullopt;
    const auto row = content.leases.find(fence->lease);
    const bool holds = row != content.leases.end() && row->second.holder == fence->holder &&
                       row->second.token == fence->token;
    if (holds) return std::nullopt;
    return store_lost_error(std::move(operation));
}

Task<Result<std::optional<Lease>>> MemoryLeases::take(std::string name, std::string holder) {
    auto work = [this, name = std::move(name), holder = std::move(holder)]() -> Result<std::optional<Lease>> {
        LeaseRow& row = content_->leases[name];
        if (row.token > 0 && server_.wall() <= row.expires_at) return std::optional<Lease>();
        Lease lease{.fence = {.lease = name, .holder = holder, .token = row.token + 1},
                    .held_until = clock_.since_boot() + kTrusted};
        if (row.token > 0 && row.expires_at != Timestamp{}) {
            lease.former = row.holder;
            lease.unrenewed = server_.wall() - row.expires_at + kLength;
        }
        row = {.holder = holder, .token = lease.fence.token, .expires_at = server_.wall() + kLength};
        return std::optional(lease);
    };
    return run_with_faults<std::optional<Lease>>(hook_, "take", std::move(work));
}

// Null: it was taken by another daemon, or again.
LeaseRow* MemoryLeases::row_of(const Fence& fence) {
    const auto row = content_->leases.find(fence.lease);
    return row != content_->leases.end() && row->second.token == fence.token ? &row->second : nullptr;
}

Task<Result<Lease>> MemoryLeases::renew(Lease lease) {
    auto work = [this, lease = std::move(lease), sent = clock_.since_boot()]() -> Result<Lease> {
        LeaseRow* const row = row_of(lease.fence);
        if (row == nullptr) return store_lost_error("renew the lease");
        row->expires_at = server_.wall() + kLength;
        Lease renewed = lease;
        renewed.held_until = sent + kTrusted;
        return renewed;
    };
    return run_with_faults<Lease>(hook_, "renew", std::move(work));
}

Task<Result<>> MemoryLeases::release(Lease lease) {
    auto work = [this, lease = std::move(lease)]() -> Result<> {
        if (LeaseRow* const row = row_of(lease.fence)) row->expires_at = Timestamp{};
        return {};
    };
    return run_with_faults<void>(hook_, "release", std::move(work));
}

}  // namespace carecloud
