#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/jobs/job_run.hpp"
#include "sync/jobs/windows.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/recheck.hpp"
#include "sync/walk/suspects.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Deleted records marked in one commit; without the guard, the number confirmed at a time.
constexpr std::size_t kMarkedAtOnce = 100;

WalkPtr walk_from(const Dialect& dialect, const std::string& modified) {
    if (modified.empty()) return make_walk(dialect, {});
    SafePoint from{modified, Timestamp::parse(modified).value_or(Timestamp{})};
    return make_walk(dialect, plan_job_from(std::move(from)));
}

class Reconcile {
  public:
    Reconcile(JobRun& run, const DeleteGuard& guard) : run_(run), row_(run.row()), guard_(guard) {}

    Task<Result<>> all();

  private:
    using Ids = std::unordered_set<std::string>;

    // A record omitted by two listings; the second, by id, was requested then.
    struct Missing {
        Key key;
        Timestamp asked_at;
    };

    Task<Result<>> ask_doubted(std::vector<Doubt> doubted);
    struct Listing {  // by id
        Ids shown;
        Timestamp asked_at;
    };

    Task<Result<std::vector<Window>>> windows();
    Task<Result<>> compare(Window window);
    Task<Result<>> compare_all();
    Task<Result<>> compare_with_nothing();
    Task<Result<>> look_again(std::vector<Key> suspects);
    Task<Result<bool>> look_at(std::vector<Key> some);
    Task<Result<>> keep_missing(std::vector<Key> some, const Listing& listing);
    Task<Result<std::optional<Listing>>> listed(const std::vector<Key>& suspects);
    Task<Result<>> list_in_other_form(std::vector<std::string> ids, Ids& shown);
    Task<Result<>> mark_gone();
    Task<Result<>> judge(Missing missing, Batch& batch);
    Task<Result<>> keep_hole(PagePtr page, Presence presence);
    Task<Result<>> judge_omitted(const Missing& missing, Presence presence, Asked asked, Batch& batch);
    Task<Result<>> end();
    Task<Result<std::uint64_t>> bound();
    void ask(std::uint64_t held, std::uint64_t most);

    JobRun& run_;
    Job& row_;
    const DeleteGuard& guard_;
    std::uint64_t held_ = 0;                   // records of the stream when it began
    std::uint64_t most_ = 0;                   // the number that may be gone
    std::vector<Missing> gone_;                // within the limit of the guard
    std::map<std::string, Omission> omitted_;  // waiting for a second check, by id
    bool filter_changed_ = false;              // since a whole reconciliation last completed
    std::uint64_t deleted_before_ = 0;         // marked by earlier attempts
    Ids invalid_;                              // once each: windows may overlap
    Walked walked_{};
};

// The guard's limit: the smaller of its share and its number.
Task<Result<std::uint64_t>> Reconcile::bound() {
    CO_TRY_ASSIGN(held_, run_.context().store.count_live(run_.settings().spec.entity, ""));
    const auto share = static_cast<std::uint64_t>(std::floor(static_cast<double>(held_) * guard_.share));
    co_return std::min(share, guard_.count);
}

// The stream's own pass requests them, too, but may have to wait longer. Those doubted from here on are not due yet.
Task<Result<>> Reconcile::ask_doubted(std::vector<Doubt> doubted) {
    const Timestamp now = run_.context().portal_now();
    std::vector<Key> due;
    for (Doubt& doubt : doubted) {
        if (is_due(doubt.ask_at, now)) due.push_back(std::move(doubt.key));
    }
    co_return co_await run_.fetch(std::move(due));
}

Task<Result<std::vector<Window>>> Reconcile::windows() {
    CO_TRY_ASSIGN(auto everything, run_.count(run_.settings().spec, where::all()));
    walked_.counted_before = everything.value_or(0);
    if (!row_.whole && !row_.deep && everything) {
        CO_TRY_ASSIGN(auto differing, differing_windows(run_));
        if (differing) {
            row_.expected = 0;
            for (const Window& window : *differing)
                *row_.expected += window.there;
            co_return std::move(*differing);
        }
    }
    row_.whole = true;
    row_.expected = everything;
    co_return co_await even_windows(run_, held_);
}

// Compares the portal's keys of the window with the store's.
Task<Result<>> Reconcile::compare(Window window) {
    const StreamSpec& spec = run_.settings().spec;
    WalkPtr walk = walk_from(run_.dialect(), window.from);
    Suspects suspects(run_.context().store, spec.entity, window.from, window.to);
    const JobRun::PageStored stored = [&](const Page& page) -> Task<Result<>> {
        for (const InvalidRecord& invalid : page.invalid)
            invalid_.insert(invalid.id);
        suspects.met(keys_of(page));
        CO_TRY_ASSIGN(auto passed, suspects.passed_over(false));
        CO_TRY(look_again(std::move(passed)));
        co_return co_await run_.save();
    };
    const Reading reading = row_.deep ? Reading::full : Reading::keys;
    CO_TRY(run_.walk(spec, std::move(walk), reading, stored, {.before = window.to.value_or("")}));
    CO_TRY_ASSIGN(auto left, suspects.passed_over(true));
    co_return co_await look_again(std::move(left));
}

Task<Result<>> Reconcile::compare_all() {
    CO_TRY_ASSIGN(auto differing, windows());
    const auto compare_one = [this, &differing](std::size_t i) { return compare(std::move(differing[i])); };
    co_return co_await run_.in_lanes(differing.size(), compare_one);
}

// Without a record there is no dialect to request keys or ids with: both listings are of everything, and every held
// record is missing if both are empty (simulate --seed 821984 --hours 0.25).
Task<Result<>> Reconcile::compare_with_nothing() {
    const StreamSpec& spec = run_.settings().spec;
    Listing nothing;
    for (int listing = 0; listing < 2; ++listing) {
        Query query{.spec = &spec, .where = where::all(), .projection = Projection::keys};
        CO_TRY_ASSIGN(auto fetched, run_.fetcher().fetch(std::move(query), run_.memory().keys));
        if (fetched.page->record_count() > 0) co_return run_.unknown_dialect();
        nothing.asked_at = fetched.asked_at;
    }
    row_.whole = true;
    row_.expected = 0;
    Suspects suspects(run_.context().store, spec.entity, {}, std::nullopt);
    CO_TRY_ASSIGN(auto everything, suspects.passed_over(true));
    co_return co_await keep_missing(std::move(everything), nothing);
}

// The second listing, by id: records in it have moved in the meantime.
Task<Result<>> Reconcile::look_again(std::vector<Key> suspects) {
    // Records omitted by this listing are requested in the other form: both requests must fit, and this form is the
    // longer one.
    Dialect longer = run_.dialect();
    longer.id = IdLiteral::oid;
    while (!suspects.empty()) {
        // At most as many as the server returns at once: a record omitted by its limit is not gone.
        const std::size_t most =
            std::min(run_.memory().keys.take(), std::max<std::size_t>(run_.dialect().cap, 1));
        const auto id_at = [&suspects](std::size_t i) -> std::string_view {
            return suspects[suspects.size() - 1 - i].id;
        };
        const std::size_t count =
            ids_that_fit(run_.settings().spec, longer, std::min(suspects.size(), most), id_at);
        const auto first = suspects.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<Key> some(first, suspects.end());
        CO_TRY_ASSIGN(auto looked, look_at(std::move(some)));
        if (looked) suspects.resize(suspects.size() - count);
    }
    co_return Result<>{};
}

// False: not all of them could be requested at once.
Task<Result<bool>> Reconcile::look_at(std::vector<Key> some) {
    CO_TRY_ASSIGN(auto listing, listed(some));
    if (!listing) co_return false;
    CO_TRY(keep_missing(std::move(some), *listing));
    co_return true;
}

// Keeps for judgment those that the listings omit, unless they are too young to be gone.
Task<Result<>> Reconcile::keep_missing(std::vector<Key> some, const Listing& listing) {
    // Versions whose `modified` is later may not be in every response yet (hazard 3). A date in the future does not
    // show when the record was written: there is nothing to wait for.
    const Timestamp settled = listing.asked_at - run_.settings().overlap;
    const Timestamp future = listing.asked_at + kClockTolerance;
    Batch young{.stream = row_.stream};
    for (Key& key : some) {
        if (listing.shown.contains(key.id)) continue;
        if (settled <= key.modified && key.modified <= future) {
            ++walked_.unlisted_young;
            // It is also unknown whether a new filter omits it: when it is old enough, this filter is no longer new.
            if (filter_changed_ && !omitted_.contains(key.id))
                young.omitted.push_back({key.id, listing.asked_at, filter_changed_});
            continue;
        }
        ++row_.gone;
        // One more than allowed shows that there are too many.
        if (row_.confirm_deletes || gone_.size() <= most_)
            gone_.push_back({std::move(key), listing.asked_at});
    }
    if (!young.omitted.empty() && run_.settings().spec.is_filtered()) {
        CO_TRY(run_.commit(std::move(young)));
    }
    if (!row_.confirm_deletes || gone_.size() < kMarkedAtOnce) co_return Result<>{};
    co_return co_await mark_gone();
}

// Which of them the portal lists in the stream; unknown versions are fetched. std::nullopt: fewer records than these
// had to be requested, and it is unknown which were omitted.
Task<Result<std::optional<Reconcile::Listing>>> Reconcile::listed(const std::vector<Key>& suspects) {
    std::vector<std::string> ids;
    ids.reserve(suspects.size());
    for (const Key& key : suspects)
        ids.push_back(key.id);
    Query query{.spec = &run_.settings().spec,
                .where = where::id_in(run_.dialect(), ids),
                .projection = Projection::keys};
    CO_TRY_ASSIGN(auto fetched, run_.fetcher().fetch(std::move(query), run_.memory().keys));
    if (fetched.take < ids.size()) co_return std::optional<Listing>();
    std::vector<Key> keys = keys_of(*fetched.page);
    fetched.page.reset();
    Listing listing{.shown = {}, .asked_at = fetched.asked_at};
    Ids& shown = listing.shown;
    for (const Key& key : keys)
        shown.insert(key.id);
    // The walk skipped it although it has not moved: `modified` may have another type by now (hazard 33).
    const auto unmoved = std::find_first_of(keys.begin(), keys.end(), suspects.begin(), suspects.end());
    if (unmoved != keys.end()) run_.memory().missed = *unmoved;
    CO_TRY(run_.take_unknown(std::move(keys)));
    std::erase_if(ids, [&](const std::string& id) { return shown.contains(id); });
    CO_TRY(list_in_other_form(std::move(ids), shown));
    co_return std::optional<Listing>(std::move(listing));
}

// A walk that excludes another type of `_id` does not find records that have it (hazard 33), even if an earlier process
// stored them.
Task<Result<>> Reconcile::list_in_other_form(std::vector<std::string> ids, Ids& shown) {
    if (ids.empty()) co_return Result<>{};
    CO_TRY_ASSIGN(auto keys,
                  listed_in_other_form(run_.fetcher(), run_.settings().spec, run_.dialect(), std::move(ids)));
    for (const Key& key : keys)
        shown.insert(key.id);
    co_return co_await run_.take_unknown(std::move(keys), run_.dialect().with_other_id());
}

// Retrieves the record individually. If the portal has it, decides whether it has left the stream's filter or the
// listings have a hole (hazard 38).
Task<Result<>> Reconcile::judge(Missing missing, Batch& batch) {
    std::vector<std::string> one{missing.key.id};
    CO_TRY_ASSIGN(auto held, run_.context().store.held(row_.stream, std::move(one)));
    if (!held.front()) co_return Result<>{};
    HeldRecord record = *held.front();
    CO_TRY_ASSIGN(auto seen, sight(run_.fetcher(), run_.settings().spec, run_.dialect(), missing.key.id,
                                   std::move(record)));
    if (seen.presence == Presence::denied) {
        batch.denied.sent = std::min(batch.denied.sent, seen.page->asked.sent);
        batch.denied.received = std::max(batch.denied.received, seen.page->asked.received);
        batch.unomitted.push_back(missing.key.id);
        batch.gone.push_back(std::move(missing.key));
    } else if (run_.settings().spec.is_filtered()) {
        const Asked asked = seen.page->asked;
        seen.page.reset();
        CO_TRY(judge_omitted(missing, seen.presence, asked, batch));
    } else {
        CO_TRY(keep_hole(seen.page, seen.presence));
    }
    co_return Result<>{};
}

// Without a filter a record is only omitted by mistake; if it has changed, listings do not return the change either.
Task<Result<>> Reconcile::keep_hole(PagePtr page, Presence presence) {
    ++row_.holes;
    if (presence == Presence::same || !run_.settings().spec.fields.empty()) co_return Result<>{};
    Batch changed{.stream = row_.stream, .page = std::move(page)};
    CO_TRY(run_.commit(std::move(changed)));
    co_return Result<>{};
}

Task<Result<>> Reconcile::judge_omitted(const Missing& missing, Presence presence, Asked asked,
                                        Batch& batch) {
    const std::string& id = missing.key.id;
    const auto waiting = omitted_.find(id);
    const bool is_first = waiting == omitted_.end();
    const Omission first = is_first ? Omission{id, missing.asked_at, filter_changed_} : waiting->second;
    Omitted verdict = carecloud::judge_omitted(first, missing.asked_at, run_.settings().overlap, presence);
    if (verdict == Omitted::wait) {
        ++row_.awaiting;
        if (is_first) batch.omitted.push_back(first);
        co_return Result<>{};
    }
    if (verdict == Omitted::left) {
        CO_TRY_ASSIGN(auto listed, is_listed_alone(run_.fetcher(), run_.settings().spec, run_.dialect(), id));
        if (listed) verdict = Omitted::hole;
    }
    batch.unomitted.push_back(id);
    if (verdict == Omitted::hole) {
        ++row_.holes;
        co_return Result<>{};
    }
    batch.denied.sent = std::min(batch.denied.sent, asked.sent);
    batch.denied.received = std::max(batch.denied.received, asked.received);
    batch.gone.push_back(missing.key);
    co_return Result<>{};
}

Task<Result<>> Reconcile::mark_gone() {
    std::vector<Missing> missing = std::exchange(gone_, {});
    while (!missing.empty()) {
        Batch batch{.stream = row_.stream};
        batch.denied.sent = Clock::never;
        for (std::size_t i = 0; i < kMarkedAtOnce && !missing.empty(); ++i) {
            auto judged = co_await judge(std::move(missing.back()), batch);
            missing.pop_back();
            if (!judged) co_return judged.error();
        }
        CO_TRY(run_.commit(std::move(batch)));
        CO_TRY(run_.save());
    }
    co_return Result<>{};
}

void Reconcile::ask(std::uint64_t held, std::uint64_t most) {
    row_.status = JobStatus::awaiting_confirmation;
    row_.error = std::to_string(row_.gone) + " of " + std::to_string(held) +
                 " records no longer exist at the portal, and at most " + std::to_string(most) +
                 " may be marked as deleted without confirmation (reconcile.stop_above, stop_above_count)";
    row_.hint = "check the portal, the filter and the key; to confirm, run carecloudctl reconcile " +
                row_.stream + (row_.deep ? " --deep" : "") + " --confirm-deletes";
}

Task<Result<>> Reconcile::all() {
    CO_TRY(run_.open());
    row_.records = 0;
    row_.gone = 0;
    row_.holes = 0;
    row_.awaiting = 0;
    deleted_before_ = row_.deleted;
    row_.expected.reset();
    CO_TRY_ASSIGN(auto waiting,
                  run_.context().store.rechecks(row_.stream, std::numeric_limits<std::int32_t>::max()));
    for (Omission& omission : waiting.omitted)
        omitted_.emplace(omission.id, omission);
    filter_changed_ = run_.filter_changed();
    row_.unexplained = 0;
    CO_TRY_ASSIGN(most_, bound());  // of the versions held before anything is marked
    CO_TRY(run_.save());
    if (run_.has_dialect()) {
        CO_TRY(ask_doubted(std::move(waiting.doubted)));
        CO_TRY(compare_all());
    } else {
        CO_TRY(compare_with_nothing());
    }
    // Judged by the records missing in all windows: marking window by window would show the guard too little.
    if (!row_.confirm_deletes && row_.gone > most_) {
        ask(held_, most_);
    } else {
        CO_TRY(mark_gone());
        // After the marking, so that deleted records are in neither of the two numbers.
        if (row_.records > 0) {
            walked_.invalid = invalid_.size();
            walked_.unlisted = row_.gone - std::min(row_.gone, row_.deleted - deleted_before_);
            CO_TRY(recount(run_, walked_));
        }
        CO_TRY(end());
    }
    co_return co_await run_.save();
}

// After a whole one with the current filter, only a changed record can leave it. Recorded last: an interrupted one is
// not whole.
Task<Result<>> Reconcile::end() {
    row_.status = JobStatus::done;
    if (!row_.whole && !row_.deep) co_return Result<>{};
    Batch batch{.stream = row_.stream, .reconciled = true};
    CO_TRY(run_.commit(std::move(batch)));
    co_return Result<>{};
}

}  // namespace

Task<Result<>> reconcile(JobRun& run, const DeleteGuard& guard) {
    Reconcile work(run, guard);
    co_return co_await work.all();
}

}  // namespace carecloud
