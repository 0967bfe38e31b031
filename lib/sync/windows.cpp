#include "sync/windows.hpp"

#include "portal/query.hpp"

#include <utility>

namespace carecloud {
namespace {

// A window of no more records than so many pages of keys is walked, not halved.
constexpr std::uint64_t kWalkedPages = 2;

struct Counts {
    std::uint64_t here = 0;
    std::uint64_t there = 0;
};

// Both counts of everything from this `modified` on; none where the portal does not count.
Task<Result<std::optional<Counts>>> count_from(BoundedRun& run, const std::string& from) {
    const StreamSpec& spec = run.settings().spec;
    std::string where = from.empty() ? where::all() : where::modified(run.dialect(), "$gte", from);
    auto there = co_await run.count(spec, std::move(where));
    if (!there) co_return there.error();
    if (!*there) co_return std::optional<Counts>();
    auto here = co_await run.context().store.count_live(spec.entity, from);
    if (!here) co_return here.error();
    co_return std::optional<Counts>(Counts{*here, **there});
}

// A window under way: what is counted is always everything from a `modified` on, so that `$gte` alone is needed.
struct Span {
    std::string from;
    std::optional<std::string> to;
    Counts from_on;
    Counts to_on;

    // Counts change while they are compared: what would be negative is none.
    std::uint64_t here() const { return from_on.here > to_on.here ? from_on.here - to_on.here : 0; }
    std::uint64_t there() const { return from_on.there > to_on.there ? from_on.there - to_on.there : 0; }
};

// Where to cut it in two; none: it is small, or all of it shares one `modified`.
Task<Result<std::optional<std::string>>> cut_of(BoundedRun& run, const Span& span) {
    const std::uint64_t small = kWalkedPages * run.settings().page_size;
    if (span.here() <= small) co_return std::optional<std::string>();
    LiveRange middle{.stream = run.settings().spec.entity, .skip = span.here() / 2, .limit = 1};
    middle.after = Cursor{span.from, {}, {}};
    auto keys = co_await run.context().store.live(std::move(middle));
    if (!keys) co_return keys.error();
    if (keys->empty()) co_return std::optional<std::string>();
    std::string cut = keys->front().modified_text;
    const bool inside = cut > span.from && (!span.to || cut < *span.to);
    co_return inside ? std::optional<std::string>(std::move(cut)) : std::nullopt;
}

}  // namespace

Task<Result<std::optional<std::vector<Window>>>> differing_windows(BoundedRun& run) {
    auto all = co_await count_from(run, "");
    if (!all) co_return all.error();
    if (!*all) co_return std::optional<std::vector<Window>>();
    std::vector<Window> differing;
    std::vector<Span> open{{.from = {}, .to = {}, .from_on = **all, .to_on = {}}};
    while (!open.empty()) {
        Span span = std::move(open.back());
        open.pop_back();
        if (span.here() == span.there()) continue;
        auto cut = co_await cut_of(run, span);
        if (!cut) co_return cut.error();
        if (!*cut) {
            differing.push_back({.from = span.from, .to = span.to, .there = span.there()});
            continue;
        }
        auto counts = co_await count_from(run, **cut);
        if (!counts) co_return counts.error();
        if (!*counts) co_return std::optional<std::vector<Window>>();
        open.push_back({.from = **cut, .to = span.to, .from_on = **counts, .to_on = span.to_on});
        open.push_back({.from = span.from, .to = **cut, .from_on = span.from_on, .to_on = **counts});
    }
    co_return std::optional<std::vector<Window>>(std::move(differing));
}

}  // namespace carecloud
