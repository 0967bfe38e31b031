// The rules of the change log: each version once, in its order, and reversals that end (promise 2).
#include "simulation/checks.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

std::optional<std::string> Checks::check_new_changes(Timestamp now) {
    const auto& changes = store_->tables.changes;
    for (; changes_seen_ < changes.size(); ++changes_seen_) {
        const StoreContent::Change& change = changes[changes_seen_];
        if (change.seq != changes_seen_ + 1)
            return "change " + std::to_string(change.seq) + " is at position " +
                   std::to_string(changes_seen_ + 1);
        if (change.reversal > 0) odd_at_[change.stream] = now;
        if (auto wrong = check_again(change, now)) return wrong;
        if (auto wrong = check_unmoved(change, now)) return wrong;
        if (auto wrong = check_reversal(change, now)) return wrong;
        if (auto wrong = check_kind(change)) return wrong;
    }
    return std::nullopt;
}

// A version that was marked as deleted may return; so may one that was edited without a new `modified`, if a response
// of a lagging replica contains it again (simulate --seed 5957 --hours 0.5): it cannot be distinguished from an undone
// edit. So may one to which the portal itself goes back.
std::optional<std::string> Checks::check_again(const StoreContent::Change& change, Timestamp now) {
    const Version version{change.stream, change.id, change.modified, change.hash};
    const std::string what = named(change.stream, change.id);
    if (change.kind == ChangeKind::deleted) {
        forget_versions(change);
        return std::nullopt;
    }
    const auto [taken, fresh] = taken_.try_emplace(version, now);
    if (fresh) return std::nullopt;
    const Written& written = writers_.records(change.stream).at(change.id);
    if (written.unbumped) return std::nullopt;
    // A held version in the future is replaced by any other version immediately (hazard 30), even by that of a lagging
    // replica (simulate --seed 242273 --hours 0.25). With a clock that is behind, more versions lie in the future
    // (14752).
    const auto replaced = change.previous == 0
                              ? std::nullopt
                              : Timestamp::parse(store_->tables.changes.at(change.previous - 1).modified);
    const bool was_in_future = replaced && now - clock_slack() + kClockTolerance < *replaced;
    if (!written.reversible && !was_in_future &&
        !exposures_.any_since(change.stream, change.id, taken->second))
        return what + ": one version was taken twice";
    auto& reversals = reversals_[{change.stream, change.id}];
    std::erase_if(reversals, [&](Timestamp at) { return at + kReversalSpan < now; });
    reversals.push_back(now);
    // The second is postponed by the overlap, and each further one twice as long as the previous one.
    std::size_t most = 2;
    for (Duration pause = std::max(plan_.overlap, kPortalSecond); pause < kReversalSpan; pause *= 2)
        ++most;
    if (reversals.size() <= most) return std::nullopt;
    return what + ": versions were replaced by earlier ones " + std::to_string(reversals.size()) +
           " times within a day";
}

// Until it is settled an event requests its record more than once, and so does an operator's pass while it runs: a tie
// is read again if pages split it (simulate --seed 42 --hours 0.25).
bool Checks::was_asked_for(const StoreContent::RecordId& record_id, Timestamp since) const {
    const auto announced = announced_.find(record_id);
    if (announced != announced_.end() && (announced->second.open > 0 || since <= announced->second.at))
        return true;
    const auto asked = operator_.find(record_id.first);
    return asked != operator_.end() && (asked->second.runs || since <= asked->second.at);
}

// A field that differs in each response creates one row per day, unless the record is requested.
std::optional<std::string> Checks::check_unmoved(const StoreContent::Change& change, Timestamp now) {
    LastRow& last = last_rows_[{change.stream, change.id}];
    const bool unmoved = last.modified == change.modified && change.kind != ChangeKind::deleted;
    const LastRow before =
        std::exchange(last, LastRow{.modified = change.kind == ChangeKind::deleted ? "" : change.modified,
                                    .unmoved = unmoved,
                                    .at = now,
                                    .life = lives_,
                                    .doubted = store_->tables.doubted.contains({change.stream, change.id})});
    if (!settings_.has(Fault::fickle) || !unmoved || !before.unmoved) return std::nullopt;
    // A new configuration stores every version again.
    if (!passed_.contains(change.stream)) return std::nullopt;
    if (before.at + kReversalSpan <= now) return std::nullopt;
    // A version that a new life stores again may be doubted for the overlap first (simulate --seed 4581 --hours 0.25).
    if (before.life < lives_) return std::nullopt;
    if (was_asked_for({change.stream, change.id}, before.at)) return std::nullopt;
    // A doubted record is requested, and stored (simulate --seed 1245 --hours 0.5 --always mixed).
    if (before.doubted) return std::nullopt;
    return named(change.stream, change.id) + ": its text changes repeatedly, and each makes a row";
}

std::optional<std::string> Checks::check_reversal(const StoreContent::Change& change, Timestamp now) {
    if (change.reversal == 0) return std::nullopt;
    const auto [last, is_first] = last_reversals_.try_emplace({change.stream, change.id}, now);
    const Timestamp before = std::exchange(last->second, now);
    Duration pause = plan_.overlap;
    for (std::uint64_t i = 2; i < change.reversal && pause < kReversalSpan; ++i)
        pause *= 2;
    const bool is_judged =
        change.reversal >= 2 && !is_first && plan_.has_true_clock() && !settings_.has(Fault::date);
    const bool is_put_off = before + std::min(pause, kReversalSpan) - 2 * kPortalSecond <= now;
    if (!is_judged || is_put_off || is_another_due(change, now)) return std::nullopt;
    return named(change.stream, change.id) + ": reversal " + std::to_string(change.reversal) +
           " in a row is not put off: the one before was at " + before.to_string_ms();
}

// Regression: simulate --seed 30162 --hours 0.5.
bool Checks::is_another_due(const StoreContent::Change& change, Timestamp now) const {
    const auto doubted = doubts_seen_.find({change.stream, change.id});
    if (doubted == doubts_seen_.end() || doubted->second.hash == change.hash) return false;
    const auto due = Timestamp::parse(doubted->second.ask_at);
    return due && *due <= now;
}

void Checks::note_doubts(Timestamp now) {
    const auto& doubted = store_->tables.doubted;
    std::erase_if(doubts_seen_, [&](const auto& seen) { return !doubted.contains(seen.first); });
    for (const auto& [record_id, row] : doubted) {
        const auto [seen, fresh] = doubts_seen_.try_emplace(record_id, row);
        if (fresh || std::exchange(seen->second, row).hash != row.hash) odd_at_[record_id.first] = now;
    }
}

// Regardless of the origin of the request: an operator's reconciliation that was canceled is one.
std::optional<std::string> Checks::check_whole_due() const {
    if (plan_.clock_jumps) return std::nullopt;
    for (const auto& [stream, odd_at] : odd_at_) {
        const Timestamp odd = odd_at + plan_.local_ahead - kPortalSecond;
        const auto& passes = store_->tables.passes;
        const bool is_due = std::any_of(passes.begin(), passes.end(), [&](const auto& entry) {
            const Job& pass = entry.second;
            const auto ended = Timestamp::parse(pass.updated_at);
            return pass.stream == stream && pass.kind == JobKind::reconcile && pass.whole &&
                   (pass.is_open() || (ended && odd <= *ended));
        });
        if (!is_due)
            return stream + ": a record was doubted or went back at " + odd_at.to_string_ms() +
                   ", and no whole reconciliation is due";
    }
    return std::nullopt;
}

void Checks::forget_versions(const StoreContent::Change& change) {
    const auto first = taken_.lower_bound({change.stream, change.id, "", Hash{}});
    const auto last = std::find_if(first, taken_.end(), [&](const auto& taken) {
        const auto& [stream, id, modified, hash] = taken.first;
        return std::tie(stream, id) != std::tie(change.stream, change.id);
    });
    taken_.erase(first, last);
}

// A record that is now disabled or deleted must have become so by its last change.
std::optional<std::string> Checks::check_kind(const StoreContent::Change& change) const {
    const auto held = store_->tables.records.find({change.stream, change.id});
    if (held == store_->tables.records.end())
        return named(change.stream, change.id) + " is in the change log and not among the records";
    if (held->second.seq != change.seq) return std::nullopt;
    const bool deleted = held->second.deleted_at.has_value();
    const bool disabled = !deleted && held->second.body.find(R"("disabled":true)") != std::string::npos;
    const bool right =
        deleted == (change.kind == ChangeKind::deleted) && disabled == (change.kind == ChangeKind::disabled);
    if (right) return std::nullopt;
    return named(change.stream, change.id) + " was logged as " + std::string(to_string(change.kind));
}

}  // namespace carecloud
