#include "sync/jobs/windows.hpp"

#include "base/co_try.hpp"
#include "portal/query.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// A window of at most this many pages of keys is walked, not halved.
constexpr std::uint64_t kWalkedPages = 2;
// Windows that are compared concurrently have at least this many pages each, since each needs a proof of its end.
constexpr std::uint64_t kWindowPages = 4;

// Both counts of everything from this `modified` on; std::nullopt if the portal does not count.
Task<Result<std::optional<Counts>>> count_from(JobRun& run, std::string from) {
    const StreamSpec& spec = run.settings().spec;
    std::string where = from.empty() ? where::all() : where::modified(run.dialect(), "$gte", from);
    CO_TRY_ASSIGN(auto there, run.count(spec, std::move(where)));
    if (!there) co_return std::optional<Counts>();
    CO_TRY_ASSIGN(auto here, run.context().store.count_live(spec.entity, std::move(from)));
    co_return std::optional<Counts>(Counts{here, *there});
}

// The `modified` of the key at this position of the store's order; std::nullopt: there is no such key any more.
Task<Result<std::optional<std::string>>> middle_of(JobRun& run, Halving::Middle middle) {
    LiveRange range{.stream = run.settings().spec.entity, .skip = middle.skip, .limit = 1};
    range.after = Cursor{std::move(middle.from), {}, {}};
    CO_TRY_ASSIGN(auto keys, run.context().store.live(std::move(range)));
    if (keys.empty()) co_return std::optional<std::string>();
    co_return std::optional<std::string>(std::move(keys.front().modified_text));
}

}  // namespace

std::optional<Halving::Middle> Halving::next() {
    while (!open_.empty()) {
        const Span& span = open_.back();
        if (span.here() == span.there())
            open_.pop_back();
        else if (span.here() > small_)
            return Middle{span.from, span.here() / 2};
        else
            keep();
    }
    return std::nullopt;
}

bool Halving::divides(const std::string& modified) const {
    const Span& span = open_.back();
    return modified > span.from && (!span.to || modified < *span.to);
}

void Halving::cut(const std::string& modified, Counts from_on) {
    const Span span = std::move(open_.back());
    open_.pop_back();
    open_.push_back({.from = modified, .to = span.to, .from_on = from_on, .to_on = span.to_on});
    open_.push_back({.from = span.from, .to = modified, .from_on = span.from_on, .to_on = from_on});
}

void Halving::keep() {
    const Span& span = open_.back();
    differing_.push_back({.from = span.from, .to = span.to, .there = span.there()});
    open_.pop_back();
}

Task<Result<std::optional<std::vector<Window>>>> differing_windows(JobRun& run) {
    CO_TRY_ASSIGN(auto all, count_from(run, ""));
    if (!all) co_return std::optional<std::vector<Window>>();
    Halving halving(*all, kWalkedPages * run.settings().page_size);
    for (auto middle = halving.next(); middle; middle = halving.next()) {
        CO_TRY_ASSIGN(auto modified, middle_of(run, std::move(*middle)));
        if (!modified || !halving.divides(*modified)) {
            halving.keep();
            continue;
        }
        CO_TRY_ASSIGN(auto counts, count_from(run, *modified));
        if (!counts) co_return std::optional<std::vector<Window>>();
        halving.cut(*modified, *counts);
    }
    co_return std::optional<std::vector<Window>>(halving.take_differing());
}

Task<Result<std::vector<Window>>> even_windows(JobRun& run, std::uint64_t held) {
    std::vector<Window> windows(1);
    const PageSize& size = run.row().deep ? run.memory().whole : run.memory().keys;
    const std::size_t lanes = run.context().lanes.most();
    if (lanes == 1 || !run.dialect().keyset) co_return windows;
    const std::uint64_t count = std::min<std::uint64_t>(held / (kWindowPages * size.take()), lanes);
    for (std::uint64_t i = 1; i < count; ++i) {
        CO_TRY_ASSIGN(auto modified, middle_of(run, {.from = windows.back().from, .skip = held / count}));
        if (!modified || *modified <= windows.back().from) break;
        windows.back().to = *modified;
        windows.push_back({.from = std::move(*modified)});
    }
    co_return windows;
}

}  // namespace carecloud
