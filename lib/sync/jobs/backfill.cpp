#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/jobs/job_run.hpp"

#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// What each of the steps holds by the portal's count; empty where it does not count.
Task<Result<std::vector<std::uint64_t>>> count_steps(JobRun& run, const std::vector<std::string>& steps) {
    std::vector<std::uint64_t> counts;
    counts.reserve(steps.size());
    for (const std::string& step : steps) {
        CO_TRY_ASSIGN(auto counted, run.count(run.settings().spec, step));
        if (!counted) co_return std::vector<std::uint64_t>();
        counts.push_back(*counted);
    }
    co_return counts;
}

Task<Result<>> fetch_step(JobRun& run, std::string condition, bool seen_empty) {
    StreamSpec spec = run.settings().spec;
    spec.filter = where::both(spec.filter, condition);
    const JobRun::PageStored note = [&run](const Page& page) -> Task<Result<>> {
        if (!page.records.empty()) {
            const Record& last = page.records.back();
            run.row().position = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        }
        return run.save();
    };
    const JobRun::PageFilter all = [](const Page&) { return true; };
    // Behind the position that was noted.
    WalkPtr walk = make_walk(run.dialect(), plan_job(run.dialect(), run.row().position));
    auto walking = run.walk(spec, std::move(walk), Reading::full, all, note, seen_empty);
    co_return co_await std::move(walking);
}

// A row of an earlier version, or of another program's, may have any text.
Result<> check_days(const Job& row) {
    if (is_day(row.first_day) && is_day(row.last_day) && row.first_day <= row.last_day) return {};
    return Error{
        .code = ErrorCode::invalid_argument,
        .operation = "backfill " + row.stream,
        .subject = "invalid range of days (1900-01-01 to 2100-12-31)",
        .hint = "start a new one: carecloudctl backfill " + row.stream + " --from 2026-01 --to 2026-03"};
}

}  // namespace

Task<Result<>> backfill(JobRun& run) {
    Job& row = run.row();
    const Result<> days = check_days(row);
    if (!days) co_return days.error();
    CO_TRY(run.open());
    const std::vector<std::string> steps = day_steps(row.first_day, row.last_day);
    const bool fresh = row.steps == 0;
    row.steps = steps.size();
    std::vector<std::uint64_t> counts;
    if (fresh) {
        CO_TRY_ASSIGN(counts, count_steps(run, steps));
        if (!counts.empty()) row.expected = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
    CO_TRY(run.save());
    while (row.steps_done < steps.size()) {
        // The count has asked for the step's records, too, and where it showed none, one more empty answer is the proof
        // (hazard 21): two requests for an empty month. One would be none, whatever the total says.
        const bool seen_empty = row.steps_done < counts.size() && counts[row.steps_done] == 0;
        CO_TRY(fetch_step(run, steps[row.steps_done], seen_empty));
        ++row.steps_done;
        row.position.reset();
        CO_TRY(run.save());
    }
    row.status = JobStatus::done;
    co_return co_await run.save();
}

}  // namespace carecloud
