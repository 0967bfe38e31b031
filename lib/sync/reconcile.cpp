#include "sync/reconcile.hpp"

#include "portal/query.hpp"
#include "sync/retry.hpp"
#include "sync/suspects.hpp"
#include "sync/windows.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Gone records that are marked in one commit; with the guard lifted, so many are confirmed at a time.
constexpr std::size_t kMarkedAtOnce = 100;

Walk walk_from(const Dialect& dialect, const std::string& modified) {
    if (modified.empty()) return {dialect, StreamState{}, std::nullopt};
    return {dialect, SafePoint{modified, Timestamp::parse(modified).value_or(Timestamp{})}};
}

class Reconcile {
  public:
    Reconcile(BoundedRun& run, const DeleteGuard& guard) : run_(run), row_(run.row()), guard_(guard) {}

    Task<Result<>> all();

  private:
    using Ids = std::unordered_set<std::string>;

    Task<Result<std::vector<Window>>> windows();
    Task<Result<>> compare(Window window);
    Task<Result<>> look_again(std::vector<Key> suspects);
    Task<Result<bool>> look_at(std::vector<Key> some);
    Task<Result<std::optional<Ids>>> listed(std::vector<std::string> ids);
    Task<Result<>> mark_gone();
    Task<Result<bool>> is_denied(Key key);
    Task<Result<std::uint64_t>> bound();
    void ask(std::uint64_t held, std::uint64_t most);

    BoundedRun& run_;
    BoundedPass& row_;
    const DeleteGuard& guard_;
    std::uint64_t held_ = 0;  // records of the stream when it began
    std::uint64_t most_ = 0;  // of which so many may be gone
    std::vector<Key> gone_;   // twice not listed; no more of them than the guard lets go
    Timestamp settled_;       // what is `modified` since may not show in every answer yet (hazard 3)
};

// What the guard lets go: the smaller of its share and its number.
Task<Result<std::uint64_t>> Reconcile::bound() {
    auto held = co_await run_.context().store.count_live(run_.settings().spec.entity, "");
    if (!held) co_return held.error();
    held_ = *held;
    const auto share = static_cast<std::uint64_t>(std::floor(static_cast<double>(held_) * guard_.share));
    co_return std::min(share, guard_.count);
}

Task<Result<std::vector<Window>>> Reconcile::windows() {
    auto everything = co_await run_.count(run_.settings().spec, where::all());
    if (!everything) co_return everything.error();
    if (!row_.whole && !row_.deep && *everything) {
        auto differing = co_await differing_windows(run_);
        if (!differing) co_return differing.error();
        if (*differing) {
            row_.expected = 0;
            for (const Window& window : **differing)
                *row_.expected += window.there;
            co_return std::move(**differing);
        }
    }
    row_.whole = true;
    row_.expected = *everything;
    co_return std::vector<Window>(1);
}

// The portal's keys of the window beside the store's.
Task<Result<>> Reconcile::compare(Window window) {
    const StreamSpec& spec = run_.settings().spec;
    Walk walk = walk_from(run_.dialect(), window.from);
    Suspects suspects(run_.context().store, spec.entity, window.from, window.to);
    const BoundedRun::PageWish wanted = [&](const Page& page) {
        return !window.to || page.records.empty() || page.records.front().modified_text < *window.to;
    };
    const BoundedRun::PageStored stored = [&](const Page& page) -> Task<Result<>> {
        suspects.met(keys_of(page));
        auto passed = co_await suspects.passed_over(false);
        if (!passed) co_return passed.error();
        auto looked = co_await look_again(std::move(*passed));
        if (!looked) co_return looked.error();
        co_return co_await run_.save();
    };
    const Reading reading = row_.deep ? Reading::full : Reading::keys;
    auto walking = run_.walk(spec, std::move(walk), reading, wanted, stored);
    auto walked = co_await std::move(walking);
    if (!walked) co_return walked.error();
    auto left = co_await suspects.passed_over(true);
    if (!left) co_return left.error();
    co_return co_await look_again(std::move(*left));
}

// The second listing, by id: what shows there has moved meanwhile.
Task<Result<>> Reconcile::look_again(std::vector<Key> suspects) {
    while (!suspects.empty()) {
        // No more than the server gives at once: a record left out by its cap is not one that is gone.
        const std::size_t most =
            std::min(run_.memory().keys.take(), std::max<std::size_t>(run_.dialect().cap, 1));
        const std::size_t count = std::min(suspects.size(), most);
        const auto first = suspects.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<Key> some(first, suspects.end());
        auto looked = co_await look_at(std::move(some));
        if (!looked) co_return looked.error();
        if (*looked) suspects.resize(suspects.size() - count);
    }
    co_return Result<>{};
}

// False: fewer could be asked for than these.
Task<Result<bool>> Reconcile::look_at(std::vector<Key> some) {
    std::vector<std::string> ids;
    ids.reserve(some.size());
    for (const Key& key : some)
        ids.push_back(key.id);
    auto shown = co_await listed(std::move(ids));
    if (!shown) co_return shown.error();
    if (!*shown) co_return false;
    for (Key& key : some) {
        if ((*shown)->contains(key.id) || settled_ <= key.modified) continue;
        ++row_.gone;
        // One more than may go shows that it is too many.
        if (row_.confirm_deletes || gone_.size() <= most_) gone_.push_back(std::move(key));
    }
    if (!row_.confirm_deletes || gone_.size() < kMarkedAtOnce) co_return true;
    auto marked = co_await mark_gone();
    if (!marked) co_return marked.error();
    co_return true;
}

// Which of the ids the portal lists within the stream; those of unknown versions are fetched. None: it had to be asked
// for fewer records than these, and what it left out is not known.
Task<Result<std::optional<Reconcile::Ids>>> Reconcile::listed(std::vector<std::string> ids) {
    Query query{.spec = &run_.settings().spec,
                .where = where::id_in(run_.dialect(), ids),
                .projection = Projection::keys};
    auto fetched = co_await run_.fetcher().fetch(std::move(query), run_.memory().keys);
    if (!fetched) co_return fetched.error();
    if (fetched->take < ids.size()) co_return std::optional<Ids>();
    settled_ = Timestamp{fetched->asked_at.ticks - run_.settings().overlap.count() / 100};
    std::vector<Key> keys = keys_of(*fetched->page);
    Ids shown;
    for (const Key& key : keys)
        shown.insert(key.id);
    auto taken = co_await run_.take_unknown(std::move(keys));
    if (!taken) co_return taken.error();
    co_return std::optional<Ids>(std::move(shown));
}

// Whether the portal denies the record when it is asked for it alone, or the stream's filter leaves it out.
Task<Result<bool>> Reconcile::is_denied(Key key) {
    const StreamSpec& spec = run_.settings().spec;
    auto answer = co_await run_.fetcher().retrieve(spec, key.id);
    // What is too large for an answer is there.
    if (!answer && !is_size_suspect(answer.error().code)) co_return answer.error();
    if (answer && (*answer)->record_count() == 0) co_return true;
    if (spec.filter == "{}") co_return false;
    std::vector<std::string> ids{key.id};
    auto shown = co_await listed(std::move(ids));
    if (!shown) co_return shown.error();
    co_return *shown && !(*shown)->contains(key.id);
}

Task<Result<>> Reconcile::mark_gone() {
    std::vector<Key> keys = std::exchange(gone_, {});
    Batch batch{.stream = run_.settings().spec.entity};
    for (Key& key : keys) {
        auto denied = co_await is_denied(key);
        if (!denied) co_return denied.error();
        if (*denied) batch.gone.push_back(std::move(key));
        if (batch.gone.size() < kMarkedAtOnce) continue;
        Batch full = std::exchange(batch, {.stream = run_.settings().spec.entity});
        auto marked = co_await run_.commit(std::move(full));
        if (!marked) co_return marked.error();
        auto saved = co_await run_.save();
        if (!saved) co_return saved.error();
    }
    if (batch.gone.empty()) co_return Result<>{};
    auto marked = co_await run_.commit(std::move(batch));
    if (!marked) co_return marked.error();
    co_return co_await run_.save();
}

void Reconcile::ask(std::uint64_t held, std::uint64_t most) {
    row_.status = PassStatus::asking;
    row_.error = std::to_string(row_.gone) + " of " + std::to_string(held) +
                 " records are not at the portal any more, and at most " + std::to_string(most) +
                 " may be marked as deleted unasked (reconcile.stop_above, stop_above_count)";
    row_.hint = "look whether the portal, the filter and the key are right; then carecloudctl reconcile " +
                row_.stream + (row_.deep ? " --deep" : "") + " --confirm-deletes";
}

Task<Result<>> Reconcile::all() {
    auto opened = co_await run_.open();
    if (!opened) co_return opened.error();
    row_.records = 0;
    row_.gone = 0;
    row_.expected.reset();
    auto most = co_await bound();
    if (!most) co_return most.error();
    most_ = *most;
    auto begun = co_await run_.save();
    if (!begun) co_return begun.error();
    auto windows_to_compare = co_await windows();
    if (!windows_to_compare) co_return windows_to_compare.error();
    for (Window& window : *windows_to_compare) {
        auto compared = co_await compare(std::move(window));
        if (!compared) co_return compared.error();
    }
    if (!row_.confirm_deletes && row_.gone > most_) {
        ask(held_, most_);
    } else {
        auto marked = co_await mark_gone();
        if (!marked) co_return marked.error();
        row_.status = PassStatus::done;
    }
    co_return co_await run_.save();
}

}  // namespace

Task<Result<>> reconcile(BoundedRun& run, const DeleteGuard& guard) {
    Reconcile work(run, guard);
    co_return co_await work.all();
}

}  // namespace carecloud
