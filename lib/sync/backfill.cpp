#include "sync/backfill.hpp"

#include "portal/query.hpp"
#include "sync/day_range.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// What the steps hold by the portal's count; none where it does not count.
Task<Result<std::optional<std::uint64_t>>> count_steps(BoundedRun& run,
                                                       const std::vector<std::string>& steps) {
    std::uint64_t sum = 0;
    for (const std::string& step : steps) {
        auto counted = co_await run.count(run.settings().spec, step);
        if (!counted || !*counted) co_return counted;
        sum += **counted;
    }
    co_return std::optional<std::uint64_t>(sum);
}

// The step's walk, behind the position that was noted.
Walk walk_on(const Dialect& dialect, const BoundedPass& row) {
    StreamState state{.stream = row.stream, .entity = row.stream, .cursor = row.position};
    if (row.position) state.safe = SafePoint{row.position->modified_text, row.position->modified};
    return {dialect, state, std::nullopt};
}

Task<Result<>> fetch_step(BoundedRun& run, std::string condition) {
    StreamSpec spec = run.settings().spec;
    spec.filter = where::both(spec.filter, condition);
    const BoundedRun::PageStored note = [&run](const Page& page) -> Task<Result<>> {
        if (!page.records.empty()) {
            const Record& last = page.records.back();
            run.row().position = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        }
        return run.save();
    };
    const BoundedRun::PageWish all = [](const Page&) { return true; };
    Walk walk = walk_on(run.dialect(), run.row());
    auto walking = run.walk(spec, std::move(walk), Reading::full, all, note);
    co_return co_await std::move(walking);
}

}  // namespace

Task<Result<>> backfill(BoundedRun& run) {
    BoundedPass& row = run.row();
    auto opened = co_await run.open();
    if (!opened) co_return opened.error();
    const std::vector<std::string> steps = day_steps(row.first_day, row.last_day);
    const bool fresh = row.steps == 0;
    row.steps = steps.size();
    if (fresh) {
        auto expected = co_await count_steps(run, steps);
        if (!expected) co_return expected.error();
        row.expected = *expected;
    }
    auto begun = co_await run.save();
    if (!begun) co_return begun.error();
    while (row.steps_done < steps.size()) {
        auto fetching = fetch_step(run, steps[row.steps_done]);
        auto fetched = co_await std::move(fetching);
        if (!fetched) co_return fetched.error();
        ++row.steps_done;
        row.position.reset();
        auto saved = co_await run.save();
        if (!saved) co_return saved.error();
    }
    row.status = PassStatus::done;
    co_return co_await run.save();
}

}  // namespace carecloud
