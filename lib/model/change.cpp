#include "model/change.hpp"

#include "model/enum_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr auto kNames = std::to_array<EnumName<ChangeKind>>({
    {ChangeKind::created, "created"},
    {ChangeKind::updated, "updated"},
    {ChangeKind::disabled, "disabled"},
    {ChangeKind::deleted, "deleted"},
    {ChangeKind::restored, "restored"},
});

ChangeKind kind_after(const HeldVersion* held, bool disabled) {
    if (disabled) return ChangeKind::disabled;
    if (!held) return ChangeKind::created;
    const bool was_away =
        held->last_change == ChangeKind::disabled || held->last_change == ChangeKind::deleted;
    return was_away ? ChangeKind::restored : ChangeKind::updated;
}

}  // namespace

std::string_view to_string(ChangeKind kind) {
    return enum_name(kNames, kind);
}

std::optional<ChangeKind> change_kind_from(std::string_view text) {
    return enum_value<ChangeKind>(kNames, text);
}

namespace {

// The limit on a record's history, which bounds the cost for a record that has changed for years.
constexpr int kChangesMax = 1000;
// The least delay of the second reversal: with `overlap` 0, two replicas that differ would cause a change with every
// poll.
constexpr Duration kReversalMin = std::chrono::minutes(1);

bool is_in_future(Timestamp modified, Timestamp now) {
    return modified > now + kClockTolerance;
}

// When every replica of the portal has the version; immediately if its `modified` cannot be trusted.
Timestamp settled_at(Timestamp modified, const Arrival& arrival) {
    return is_in_future(modified, arrival.asked_at) ? arrival.asked_at : modified + arrival.overlap;
}

// The second reversal is doubted for `overlap`, the third for twice that, and so on up to a day.
Timestamp reversal_due(std::uint64_t reversal, const Arrival& arrival) {
    Duration span = std::max(arrival.overlap, kReversalMin);
    for (std::uint64_t i = 2; i < reversal && span < kDay; ++i)
        span *= 2;
    return arrival.asked_at + std::min(span, kDay);
}

bool is_within_a_day(const std::optional<Timestamp>& at, Timestamp now) {
    return at && now - kDay < *at && *at < now + kDay;
}

std::optional<Timestamp> later_of(std::optional<Timestamp> a, Timestamp b) {
    return a ? std::max(*a, b) : b;
}

}  // namespace

Decision decide(const HeldVersion* held, const Arrival& arrival) {
    const ChangeKind kind = kind_after(held, arrival.disabled);
    if (!held) return {Verdict::take, kind};
    const std::optional<Timestamp>& ask_at = held->ask_at;
    const bool due = ask_at && *ask_at <= arrival.asked_at && arrival.in_order;
    if (held->last_change == ChangeKind::deleted) {
        if (arrival.in_order) return {Verdict::take, kind};
        return {Verdict::doubt, kind, 0, later_of(ask_at, arrival.asked_at)};
    }
    if (held->modified == arrival.modified && held->hash == arrival.hash)
        return {Verdict::unchanged, kind, 0, due ? std::nullopt : ask_at};
    if (!held->modified) return {Verdict::take, kind};

    // After a change of fields, earlier contents are received again although the portal has not gone back.
    const bool is_asked_for = arrival.on_demand || arrival.first_met;
    const bool returns = arrival.had_before && !(arrival.first_met && held->modified == arrival.modified);
    const std::uint64_t reversal = returns ? held->reversals + 1 : 0;
    const bool is_one_more = held->unmoved && !is_asked_for && held->modified == arrival.modified;
    // A doubt about a version with another `modified` does not justify one more row; a doubt about this one does,
    // because it was requested.
    if (due && (!is_one_more || held->doubted)) return {Verdict::take, kind, reversal};
    if (is_one_more) return {Verdict::unsteady, kind, 0, due ? std::nullopt : ask_at};
    // Three different contents with one `modified` are not an effect of a lagging replica. The doubt itself remains, so
    // the record is still requested.
    const bool is_third =
        held->doubted && held->modified == arrival.modified && *held->doubted != arrival.hash && !returns;
    if (is_third && !is_asked_for) return {Verdict::unsteady, kind, 0, ask_at};
    if (*held->modified < arrival.modified && !returns) {
        // A doubt about the previous version remains, and is checked when every replica has this one.
        const auto again = ask_at ? later_of(ask_at, settled_at(arrival.modified, arrival)) : std::nullopt;
        return {Verdict::take, kind, 0, again};
    }
    if (reversal >= 2) {
        const bool has_due = ask_at && arrival.asked_at < *ask_at;
        return {Verdict::doubt, kind, 0, has_due ? *ask_at : reversal_due(reversal, arrival)};
    }
    const Timestamp settled = settled_at(*held->modified, arrival);
    if (arrival.in_order && settled <= arrival.asked_at) {
        // A version that would cause the next reversal has to wait just as long.
        const bool waits = ask_at && reversal > 0;
        return {Verdict::take, kind, reversal,
                waits ? later_of(ask_at, reversal_due(reversal + 1, arrival)) : ask_at};
    }
    return {Verdict::doubt, kind, 0, later_of(ask_at, settled)};
}

void recall(HeldVersion& held, Arrival& arrival, PastChange newest, Timestamp now, const PastChanges& past) {
    const bool is_fresh = is_within_a_day(newest.committed_at, now);
    bool counted = false;
    PastChange change = std::move(newest);
    for (int i = 0; i < kChangesMax; ++i) {
        if (!counted && change.reversal > 0) {
            counted = true;
            if (is_within_a_day(change.committed_at, now)) held.reversals = change.reversal;
        }
        const auto before = change.previous == 0 ? std::nullopt : past(change.previous);
        if (!before) return;
        if (i == 0) held.unmoved = is_fresh && before->modified == held.modified && before->hash != held.hash;
        arrival.had_before =
            arrival.had_before || (before->modified == arrival.modified && before->hash == arrival.hash);
        change = *before;
    }
}

void AnswerLog::note(std::uint64_t last_seq, Asked asked) {
    if (!commits_.empty() && commits_.back().last_seq >= last_seq) return;
    commits_.push_back({last_seq, asked});
    if (commits_.size() <= kCommitsKept) return;
    forgotten_to_ = commits_.front().last_seq;
    commits_.pop_front();
}

Asked AnswerLog::of(std::uint64_t seq) const {
    if (seq <= forgotten_to_) return {};
    const auto found =
        std::lower_bound(commits_.begin(), commits_.end(), seq,
                         [](const Commit& commit, std::uint64_t at) { return commit.last_seq < at; });
    return found == commits_.end() ? Asked{} : found->asked;
}

}  // namespace carecloud
