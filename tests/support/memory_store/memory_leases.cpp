#include "support/memory_store/memory_leases.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr Duration kLockCheckEvery = std::chrono::milliseconds(20);

}  // namespace

// The answers of a former life are no order for what others have committed since.
void MemoryStore::set_fence(std::optional<Fence> fence) {
    if (fence != fence_) answers_ = AnswerLog(content_->tables.changes.size());
    fence_ = std::move(fence);
}

// A transaction that takes its time, and that the server may end.
Task<Result<CommitSummary>> MemoryStore::commit_in_time(Batch batch, std::optional<Fence> fence) {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    std::optional<StoreFault> fault;
    if (hook_) fault = hook_("commit");
    if (fault && !fault->took_effect) co_return fault->error;
    PageShare share(content_, page_times_.server->wall());
    if (auto lost = refuse_fenced(*content_, fence, "commit a page of " + batch.stream)) co_return *lost;
    const auto alarm = page_times_.clock->make_alarm();
    const MonoTime until = page_times_.clock->now() + page_times_.next();
    auto lasting = alarm->wait_until(until);
    co_await std::move(lasting);
    if (!share.is_held()) {
        co_return Error{.code = ErrorCode::store_failed,
                        .operation = "commit a page of " + batch.stream,
                        .subject = "the server has ended the transaction",
                        .hint = ""};
    }
    if (fence) content_->stale_writes += content_->leases.at(fence->lease).token != fence->token;
    const Result<CommitSummary> summary = apply(batch, clock_.wall().to_string_ms());
    if (fault) co_return fault->error;
    co_return summary;
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

// As a call of any store does: one post, and then perhaps a fault that prevents it.
Task<Result<bool>> MemoryLeases::begin(std::string operation) {
    auto nothing = []() -> Result<bool> { return true; };
    return run_with_faults<bool>(hook_, std::move(operation), std::move(nothing));
}

// FOR UPDATE: behind the pages that are under way. The server ends those that last too long.
Task<Result<bool>> MemoryLeases::begin_behind_pages(std::string operation) {
    auto beginning = begin(std::move(operation));
    Result<bool> begun = co_await std::move(beginning);
    if (!begun) co_return begun;
    const auto alarm = clock_.make_alarm();
    while (!content_->pages.empty()) {
        const Timestamp now = server_.wall();
        std::erase_if(content_->pages,
                      [now](const PageShare* page) { return now - page->begun_at() > PageShare::kLongest; });
        const MonoTime next = clock_.now() + kLockCheckEvery;
        if (!content_->pages.empty()) co_await alarm->wait_until(next);
    }
    co_return begun;
}

Task<Result<std::optional<Lease>>> MemoryLeases::take(std::string name, std::string holder) {
    const Timestamp asked = server_.wall();
    auto beginning = begin_behind_pages("take");
    const Result<bool> begun = co_await std::move(beginning);
    if (!begun) co_return begun.error();
    const Timestamp now = std::max(asked, server_.wall());
    LeaseRow& row = content_->leases[name];
    if (row.token > 0 && server_.wall() <= row.expires_at) co_return std::optional<Lease>();
    Lease lease{.fence = {.lease = name, .holder = holder, .token = row.token + 1},
                .held_until = clock_.since_boot() + kTrusted};
    if (row.token > 0 && row.expires_at != Timestamp{}) {
        lease.former = row.holder;
        lease.unrenewed = now - row.expires_at + kLength;
    }
    row = {.holder = holder, .token = lease.fence.token, .expires_at = now + kLength};
    co_return std::optional(lease);
}

// Null: it was taken by another daemon, or again.
LeaseRow* MemoryLeases::row_of(const Fence& fence) {
    const auto row = content_->leases.find(fence.lease);
    return row != content_->leases.end() && row->second.token == fence.token ? &row->second : nullptr;
}

// Of a row that no page locks.
Task<Result<Lease>> MemoryLeases::renew(Lease lease) {
    const Duration sent = clock_.since_boot();
    auto beginning = begin("renew");
    const Result<bool> begun = co_await std::move(beginning);
    if (!begun) co_return begun.error();
    LeaseRow* const row = row_of(lease.fence);
    if (row == nullptr) co_return store_lost_error("renew the lease");
    row->expires_at = server_.wall() + kLength;
    lease.held_until = sent + kTrusted;
    co_return lease;
}

Task<Result<>> MemoryLeases::release(Lease lease) {
    auto beginning = begin("release");
    const Result<bool> begun = co_await std::move(beginning);
    if (!begun) co_return begun.error();
    if (LeaseRow* const row = row_of(lease.fence)) row->expires_at = Timestamp{};
    co_return Result<>{};
}

}  // namespace carecloud
