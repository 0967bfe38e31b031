// The part of MemoryStore that is concerned with bounded passes.
#include "support/memory_store/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace carecloud {

Task<Result<std::vector<Key>>> MemoryStore::live(LiveRange range) {
    auto work = [this, range = std::move(range)]() -> Result<std::vector<Key>> {
        const auto order = [](const Key& key) { return std::tie(key.modified_text, key.id); };
        std::vector<Key> keys;
        for (const auto& [name, held] : content_->tables.records) {
            if (name.first != range.stream || held.deleted_at) continue;
            Key key{name.second, held.modified, Timestamp::parse(held.modified).value_or(Timestamp{})};
            if (range.after && order(key) <= std::tie(range.after->modified_text, range.after->id)) continue;
            keys.push_back(std::move(key));
        }
        std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) { return order(a) < order(b); });
        const auto at = [&](std::size_t index) {
            return keys.begin() + static_cast<std::ptrdiff_t>(std::min(index, keys.size()));
        };
        std::vector<Key> some(std::make_move_iterator(at(range.skip)),
                              std::make_move_iterator(at(range.skip + range.limit)));
        ensure_live(range, some);
        return some;
    };
    return run_with_faults<std::vector<Key>>(hook_, "live", std::move(work));
}

Task<Result<std::uint64_t>> MemoryStore::count_live(std::string stream, std::string modified_from) {
    auto work = [this, stream = std::move(stream),
                 from = std::move(modified_from)]() -> Result<std::uint64_t> {
        const auto& records = content_->tables.records;
        const auto count = std::count_if(records.begin(), records.end(), [&](const auto& entry) {
            return entry.first.first == stream && !entry.second.deleted_at && entry.second.modified >= from;
        });
        return static_cast<std::uint64_t>(count);
    };
    return run_with_faults<std::uint64_t>(hook_, "count_live", std::move(work));
}

Task<Result<std::uint64_t>> MemoryStore::save_pass(Job pass) {
    auto work = [this, pass = std::move(pass), at = clock_.wall().to_string_ms(),
                 fence = fence_]() -> Result<std::uint64_t> {
        if (auto lost = refuse_fenced(*content_, fence, "write a pass")) return *lost;
        ++content_->commits;
        return write_pass(pass, at);
    };
    return run_with_faults<std::uint64_t>(hook_, "save_pass", std::move(work));
}

Task<Result<std::vector<Job>>> MemoryStore::passes() {
    auto work = [this]() -> Result<std::vector<Job>> {
        std::vector<Job> passes;
        for (const auto& [id, pass] : content_->tables.passes)
            passes.push_back(pass);
        return passes;
    };
    return run_with_faults<std::vector<Job>>(hook_, "passes", std::move(work));
}

std::uint64_t MemoryStore::write_pass(Job pass, const std::string& at) {
    auto& passes = content_->tables.passes;
    if (pass.id == 0) {
        pass.id = ++content_->last_pass;
        pass.requested_at = at;
        std::erase_if(passes, [&](const auto& entry) {
            return entry.first + kPassesKept <= pass.id && !entry.second.is_open();
        });
    }
    pass.updated_at = at;
    const std::uint64_t id = pass.id;
    passes[id] = std::move(pass);
    return id;
}

void MemoryStore::mark_deleted(const Batch& batch, const Key& key, const std::string& at,
                               CommitSummary& summary) {
    StoreContent& tables = content_->tables;
    const auto found = tables.records.find({batch.stream, key.id});
    if (found == tables.records.end() || found->second.deleted_at) return;
    StoreContent::Held& held = found->second;
    if (held.modified != key.modified_text && Timestamp::parse(held.modified) != key.modified) return;
    if (!batch.denied.is_after(answers_.of(held.seq))) return;
    const std::uint64_t seq = tables.changes.size() + 1;
    tables.changes.push_back(
        {seq, batch.stream, key.id, ChangeKind::deleted, held.modified, held.hash, at, held.seq});
    held.seq = seq;
    held.deleted_at = at;
    summary.count(ChangeKind::deleted);
}

}  // namespace carecloud
