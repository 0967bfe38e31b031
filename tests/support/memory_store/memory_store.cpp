#include "support/memory_store/memory_store.hpp"

#include "versions/packed_body.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
std::string check_changes(const StoreContent& content) {
    std::map<StoreContent::RecordId, const StoreContent::Change*> newest;
    std::uint64_t seq = 0;
    for (const StoreContent::Change& change : content.changes) {
        if (change.seq != ++seq)
            return "change " + std::to_string(change.seq) + " is at position " + std::to_string(seq);
        newest[{change.stream, change.id}] = &change;
    }
    if (newest.size() != content.records.size())
        return "the log and the store differ in their number of records";
    for (const auto& [key, held] : content.records) {
        const auto found = newest.find(key);
        if (found == newest.end()) return "record " + key.second + " is not in the log";
        const StoreContent::Change& change = *found->second;
        if (change.seq != held.seq)
            return "record " + key.second + " refers to a change that is not its last one";
        if (change.modified != held.modified || change.hash != held.hash)
            return "record " + key.second + " differs";
        if ((change.kind == ChangeKind::deleted) != held.deleted_at.has_value())
            return key.second + ": deleted or not";
    }
    return {};
}

MemoryStore::MemoryStore(std::shared_ptr<MemoryStoreContent> content, const Clock& clock)
    : content_(std::move(content)), clock_(clock), answers_(content_->tables.changes.size()) {}

Task<Result<std::optional<StreamState>>> MemoryStore::load_stream(std::string stream) {
    auto work = [this, stream = std::move(stream)]() -> Result<std::optional<StreamState>> {
        const auto found = content_->tables.streams.find(stream);
        if (found == content_->tables.streams.end()) return std::optional<StreamState>();
        return std::optional<StreamState>(found->second);
    };
    return run_with_faults<std::optional<StreamState>>(hook_, "load_stream", std::move(work));
}

Task<Result<CommitSummary>> MemoryStore::commit(Batch batch) {
    if (page_times_.next) return commit_in_time(std::move(batch), fence_);
    auto work = [this, batch = std::move(batch), at = clock_.wall().to_string_ms(),
                 fence = fence_]() -> Result<CommitSummary> {
        if (auto lost = refuse_fenced(*content_, fence, "commit a page of " + batch.stream)) return *lost;
        return apply(batch, at);
    };
    return run_with_faults<CommitSummary>(hook_, "commit", std::move(work));
}

Task<Result<std::vector<std::size_t>>> MemoryStore::unknown(std::string stream, std::vector<Key> keys) {
    auto work = [this, stream = std::move(stream),
                 keys = std::move(keys)]() -> Result<std::vector<std::size_t>> {
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!knows(stream, keys[i])) missing.push_back(i);
        }
        return missing;
    };
    return run_with_faults<std::vector<std::size_t>>(hook_, "unknown", std::move(work));
}

Task<Result<std::vector<std::optional<HeldRecord>>>> MemoryStore::held(std::string stream,
                                                                       std::vector<std::string> ids) {
    auto work = [this, stream = std::move(stream),
                 ids = std::move(ids)]() -> Result<std::vector<std::optional<HeldRecord>>> {
        std::vector<std::optional<HeldRecord>> found;
        for (const std::string& id : ids) {
            const auto record = content_->tables.records.find({stream, id});
            found.emplace_back();
            if (record == content_->tables.records.end()) continue;
            const StoreContent::Held& held = record->second;
            found.back() = HeldRecord{.modified_text = held.modified,
                                      .modified = Timestamp::parse(held.modified),
                                      .deleted = held.deleted_at.has_value(),
                                      .doubted = content_->tables.doubted.contains({stream, id}),
                                      .hash = held.hash,
                                      .seq = held.seq,
                                      .asked = answers_.of(held.seq)};
        }
        return found;
    };
    return run_with_faults<std::vector<std::optional<HeldRecord>>>(hook_, "held", std::move(work));
}

Task<Result<std::vector<Key>>> MemoryStore::untried(std::string stream, Timestamp now, std::size_t limit) {
    auto work = [this, stream = std::move(stream), hourly = (now - std::chrono::hours(1)).to_string_ms(),
                 daily = (now - std::chrono::days(1)).to_string_ms(), soon = (now - kSoon).to_string_ms(),
                 limit]() -> Result<std::vector<Key>> {
        const auto is_due = [&](const std::string& id, const StoreContent::Quarantined& row) {
            const auto attempts = static_cast<std::int64_t>(row.attempts);
            if (row.body.empty())
                return row.last_at < hourly || (row.last_at < soon && attempts <= kSoonAttempts);
            if (row.last_at >= hourly) return false;
            if (!row.reason.starts_with(kNotJsonReason) || id.starts_with("sha256:")) return false;
            return attempts <= kHourlyAttempts || row.last_at < daily;
        };
        std::vector<std::pair<std::string, Key>> found;  // by last_at and id
        for (const auto& [key, row] : content_->tables.quarantine) {
            if (key.first != stream || !is_due(key.second, row)) continue;
            const Timestamp modified = Timestamp::parse(row.modified).value_or(Timestamp{});
            found.emplace_back(row.last_at + key.second, Key{key.second, row.modified, modified});
        }
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<Key> keys;
        for (std::size_t i = 0; i < std::min(limit, found.size()); ++i)
            keys.push_back(std::move(found[i].second));
        return keys;
    };
    return run_with_faults<std::vector<Key>>(hook_, "untried", std::move(work));
}

Task<Result<std::map<std::string, Timestamp>>> MemoryStore::first_passes() {
    auto work = [this]() -> Result<std::map<std::string, Timestamp>> {
        std::map<std::string, Timestamp> first;
        for (const auto& [stream, ended_at] : content_->tables.first_passes)
            first.emplace(stream, Timestamp::parse(ended_at).value_or(Timestamp{}));
        return first;
    };
    return run_with_faults<std::map<std::string, Timestamp>>(hook_, "first_passes", std::move(work));
}

Task<Result<>> MemoryStore::note_first_pass(std::string stream) {
    auto work = [this, stream = std::move(stream), at = clock_.wall().to_string_ms(),
                 fence = fence_]() -> Result<> {
        if (auto lost = refuse_fenced(*content_, fence, "write a first pass")) return *lost;
        content_->commits += content_->tables.first_passes.try_emplace(stream, at).second;
        return {};
    };
    return run_with_faults<void>(hook_, "note_first_pass", std::move(work));
}

Task<Result<RequestCount>> MemoryStore::requests(std::string month) {
    auto work = [this, month = std::move(month)]() -> Result<RequestCount> {
        const auto found = content_->tables.quota.find(month);
        return found == content_->tables.quota.end() ? RequestCount{} : found->second;
    };
    return run_with_faults<RequestCount>(hook_, "requests", std::move(work));
}

Task<Result<>> MemoryStore::save_requests(std::string month, RequestCount count) {
    auto work = [this, month = std::move(month), count, fence = fence_]() -> Result<> {
        if (auto lost = refuse_fenced(*content_, fence, "count requests")) return *lost;
        content_->tables.quota[month] = count;
        return {};
    };
    return run_with_faults<void>(hook_, "save_requests", std::move(work));
}

Result<CommitSummary> MemoryStore::apply(const Batch& batch, const std::string& at) {
    if (const auto refused = refuse(batch)) return *refused;
    ensure_batch(batch);
    CommitSummary summary;
    begun_at_ = content_->tables.changes.size();
    if (batch.page) {
        for (const Record& record : batch.page->records) {
            const bool taken = take(batch, record, at, summary);
            if (!taken && !batch.page->has_invalid(record.id)) release(batch.stream, record, summary);
        }
        set_aside(batch.stream, batch.page->invalid, false, at, summary);
    }
    set_aside(batch.stream, batch.unreachable, true, at, summary);
    if (batch.page) answers_.note(content_->tables.changes.size(), batch.page->asked);
    auto& quarantine = content_->tables.quarantine;
    for (const Key& key : batch.gone) {
        const std::size_t before = summary.deleted;
        mark_deleted(batch, key, at, summary);
        if (summary.deleted == before) continue;
        summary.released += quarantine.erase({batch.stream, key.id});
        summary.undoubted += content_->tables.doubted.erase({batch.stream, key.id});
    }
    answers_.note(content_->tables.changes.size(), batch.denied);
    for (const std::string& id : batch.released)
        summary.released += quarantine.erase({batch.stream, id});
    bool moved = batch.state && save(*batch.state, at);
    moved = write_rechecks(batch, summary) || moved;
    summary.last_seq = content_->tables.changes.size();
    ensure_summary(summary, begun_at_);
    summary.written = moved || summary.wrote_rows();
    content_->commits += summary.written;
    return summary;
}

bool MemoryStore::take(const Batch& batch, const Record& record, const std::string& at,
                       CommitSummary& summary) {
    StoreContent& tables = content_->tables;
    const StoreContent::RecordId key(batch.stream, record.id);
    const auto found = tables.records.find(key);
    const std::uint64_t before = found == tables.records.end() ? 0 : found->second.seq;
    HeldVersion held;
    const Decision decision =
        before == 0 ? decide(nullptr, arrival_of(batch, record)) : decide_on(held, key, batch, record, at);
    if (decision.verdict == Verdict::doubt) {
        doubt(key, batch, record, decision, held.reversals, summary);
        return false;
    }
    if (held.ask_at && !decision.ask_at) summary.undoubted += tables.doubted.erase(key);
    if (held.ask_at && decision.ask_at) tables.doubted[key].ask_at = decision.ask_at->to_string();
    if (decision.verdict == Verdict::unchanged) ++summary.unchanged;
    if (decision.verdict == Verdict::unsteady) {
        ++summary.unsteady;
        ++content_->unsteady[batch.stream];
    }
    if (decision.verdict != Verdict::take) return false;
    summary.count(decision.kind);
    summary.reversed += decision.reversal > 0;
    const std::string modified(record.modified_text);
    const std::uint64_t seq = tables.changes.size() + 1;
    if (before > 0) keep(key, seq, record);
    tables.changes.push_back(
        {seq, batch.stream, key.second, decision.kind, modified, record.hash, at, before, decision.reversal});
    tables.records[key] = {modified, record.hash, seq, std::nullopt, std::string(record.body)};
    tables.quarantine.erase(key);
    return true;
}

// Keeps the version that change `seq` replaces.
void MemoryStore::keep(const StoreContent::RecordId& key, std::uint64_t seq, const Record& record) {
    thread_local Archiver archiver;
    StoreContent& tables = content_->tables;
    const StoreContent::Held& former = tables.records.at(key);
    auto kept = archiver.archive(former.body, record.body);
    if (!kept) return;
    tables.versions[seq] = {key.first, key.second, former.modified, former.hash, former.body};
    if (!kept->differences.empty()) tables.corrections[seq] = std::move(kept->differences);
}

Decision MemoryStore::decide_on(HeldVersion& held, const StoreContent::RecordId& key, const Batch& batch,
                                const Record& record, const std::string& at) const {
    const StoreContent& tables = content_->tables;
    const StoreContent::Held& row = tables.records.at(key);
    held.modified = Timestamp::parse(row.modified);
    held.hash = row.hash;
    held.last_change = tables.changes[row.seq - 1].kind;
    const auto doubted = tables.doubted.find(key);
    if (doubted != tables.doubted.end()) {
        held.ask_at = Timestamp::parse(doubted->second.ask_at);
        if (Timestamp::parse(doubted->second.modified) == held.modified) held.doubted = doubted->second.hash;
    }
    const Asked brought = answers_.of(row.seq);
    Arrival arrival = arrival_of(batch, record, brought);
    arrival.in_order = row.seq <= begun_at_ && batch.page->asked.is_after(brought);
    const bool is_same = held.modified == arrival.modified && held.hash == arrival.hash;
    if (!is_same && held.last_change != ChangeKind::deleted) {
        const Timestamp now = Timestamp::parse(at).value_or(Timestamp{});
        recall(held, arrival, *past(row.seq), now, [this](std::uint64_t seq) { return past(seq); });
    }
    return decide(&held, arrival);
}

std::optional<PastChange> MemoryStore::past(std::uint64_t seq) const {
    const StoreContent::Change& change = content_->tables.changes.at(seq - 1);
    return PastChange{.modified = Timestamp::parse(change.modified),
                      .hash = change.hash,
                      .committed_at = Timestamp::parse(change.committed_at),
                      .reversal = change.reversal,
                      .previous = change.previous};
}

void MemoryStore::doubt(const StoreContent::RecordId& key, const Batch& batch, const Record& record,
                        const Decision& decision, std::uint64_t reversals, CommitSummary& summary) {
    const auto [entry, fresh] = content_->tables.doubted.try_emplace(key);
    StoreContent::Doubted row = entry->second;
    if (fresh) row.first_seen = batch.asked_at.to_string();
    row.modified = record.modified_text;
    row.hash = record.hash;
    row.ask_at = decision.ask_at->to_string();
    const bool same = row == entry->second;
    row.reversals = reversals;
    if (!same) entry->second = row;
    summary.doubted += !same;
}

bool MemoryStore::write_rechecks(const Batch& batch, CommitSummary& summary) {
    StoreContent& tables = content_->tables;
    bool written = false;
    const auto stream = tables.streams.find(batch.stream);
    if (batch.reconciled && stream != tables.streams.end()) {
        StreamState& state = stream->second;
        written = state.reconciled_fingerprint != state.fingerprint;
        state.reconciled_fingerprint = state.fingerprint;
    }
    for (const std::string& id : batch.undoubted)
        summary.undoubted += tables.doubted.erase({batch.stream, id});
    for (const Omission& one : batch.omitted) {
        const StoreContent::Omitted row{one.first_at.to_string(), one.filter_changed};
        written = tables.omitted.try_emplace({batch.stream, one.id}, row).second || written;
    }
    for (const std::string& id : batch.unomitted)
        written = tables.omitted.erase({batch.stream, id}) > 0 || written;
    return written;
}

Task<Result<Rechecks>> MemoryStore::rechecks(std::string stream, std::size_t limit) {
    auto work = [this, stream = std::move(stream), limit]() -> Result<Rechecks> {
        Rechecks found;
        for (const auto& [key, row] : content_->tables.doubted) {
            if (key.first != stream) continue;
            const Timestamp modified = Timestamp::parse(row.modified).value_or(Timestamp{});
            found.doubted.push_back({.key = {key.second, row.modified, modified},
                                     .ask_at = Timestamp::parse(row.ask_at).value_or(Timestamp{})});
        }
        for (const auto& [key, row] : content_->tables.omitted) {
            if (key.first != stream) continue;
            const Timestamp first_at = Timestamp::parse(row.first_at).value_or(Timestamp{});
            found.omitted.push_back({key.second, first_at, row.filter_changed});
        }
        std::stable_sort(found.doubted.begin(), found.doubted.end(),
                         [](const Doubt& a, const Doubt& b) { return a.ask_at < b.ask_at; });
        std::stable_sort(found.omitted.begin(), found.omitted.end(),
                         [](const Omission& a, const Omission& b) { return a.first_at < b.first_at; });
        found.doubted.resize(std::min(found.doubted.size(), limit));
        found.omitted.resize(std::min(found.omitted.size(), limit));
        const auto& changes = content_->tables.changes;
        const auto reversed = std::find_if(changes.rbegin(), changes.rend(), [&](const auto& change) {
            return change.stream == stream && change.reversal > 0;
        });
        if (reversed != changes.rend()) found.reversed_at = Timestamp::parse(reversed->committed_at);
        ensure_rechecks(found, limit);
        return found;
    };
    return run_with_faults<Rechecks>(hook_, "rechecks", std::move(work));
}

void MemoryStore::release(const std::string& stream, const Record& record, CommitSummary& summary) {
    auto& quarantine = content_->tables.quarantine;
    const auto aside = quarantine.find({stream, std::string(record.id)});
    const auto invalid = aside == quarantine.end() ? std::nullopt : Timestamp::parse(aside->second.modified);
    if (!invalid || record.modified < *invalid) return;
    quarantine.erase(aside);
    ++summary.released;
}

void MemoryStore::set_aside(const std::string& stream, const std::vector<InvalidRecord>& invalid,
                            bool attempt, const std::string& at, CommitSummary& summary) {
    for (const InvalidRecord& record : invalid) {
        if (put_invalid(stream, record, attempt, at)) summary.count_quarantined(record.id);
    }
}

bool MemoryStore::put_invalid(const std::string& stream, const InvalidRecord& record, bool attempt,
                              const std::string& at) {
    auto& quarantine = content_->tables.quarantine;
    const auto [entry, fresh] = quarantine.try_emplace({stream, record.id});
    StoreContent::Quarantined& row = entry->second;
    if (!fresh && !attempt && row.modified == record.modified_text && row.reason == record.reason)
        return false;
    if (fresh) row.first_at = at;
    row.modified = record.modified_text;
    row.reason = record.reason;
    row.body = record.body;
    row.last_at = at;
    ++row.attempts;
    return true;
}

bool MemoryStore::save(const StreamState& state, const std::string& at) {
    auto& streams = content_->tables.streams;
    const auto found = streams.find(state.stream);
    StreamState written = state;
    written.reconciled_fingerprint = state.fingerprint;
    if (found != streams.end()) {
        const bool same = found->second.fingerprint == state.fingerprint;
        written.reconciled_fingerprint = same ? found->second.reconciled_fingerprint : "";
        written.updated_at = found->second.updated_at;
        if (written == found->second) return false;
    }
    written.updated_at = at;
    streams[state.stream] = std::move(written);
    return true;
}

bool MemoryStore::knows(const std::string& stream, const Key& key) const {
    const StoreContent& tables = content_->tables;
    const auto held = tables.records.find({stream, key.id});
    if (held != tables.records.end() && !held->second.deleted_at) {
        const std::string& modified = held->second.modified;
        if (modified == key.modified_text || Timestamp::parse(modified) == key.modified) return true;
    }
    const auto doubted = tables.doubted.find({stream, key.id});
    if (doubted != tables.doubted.end()) {
        const std::string& modified = doubted->second.modified;
        if (modified == key.modified_text || Timestamp::parse(modified) == key.modified) return true;
    }
    const auto invalid = tables.quarantine.find({stream, key.id});
    return invalid != tables.quarantine.end() && invalid->second.modified == key.modified_text;
}

}  // namespace carecloud
