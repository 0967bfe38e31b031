#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/jobs/job_run.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

// A row of an earlier version, or of another program's, may have any text.
Result<> check_days(const Job& row) {
    if (is_day(row.first_day) && is_day(row.last_day) && row.first_day <= row.last_day) return {};
    return Error{
        .code = ErrorCode::invalid_argument,
        .operation = "backfill " + row.stream,
        .subject = "invalid range of days (1900-01-01 to 2100-12-31)",
        .hint = "start a new one: carecloudctl backfill " + row.stream + " --from 2026-01 --to 2026-03"};
}

// The records of one condition, and how far they have been fetched.
struct Step {
    std::string condition;
    std::optional<Cursor> position{};
    bool done = false;
    bool seen_empty = false;  // in response to the count
};

Json step_json(const Step& step) {
    if (step.done) return true;
    if (!step.position) return nullptr;
    return {{"modified", step.position->modified_text}, {"_id", step.position->id}};
}

// One value for each step: true if it is done, else its position, or null.
std::string to_json(const std::vector<Step>& steps) {
    Json json = Json::array();
    for (const Step& step : steps)
        json.push_back(step_json(step));
    return json.dump();
}

// Steps are fetched again if the text is not one of to_json().
void read_json(const std::string& text, std::vector<Step>& steps) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_array() || json.size() != steps.size()) return;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].done = json[i] == true;
        if (!json[i].is_object()) continue;
        const std::string modified = json[i].value("modified", std::string());
        const auto at = Timestamp::parse(modified);
        if (at) steps[i].position = Cursor{modified, *at, json[i].value("_id", std::string())};
    }
}

class Backfill {
  public:
    explicit Backfill(JobRun& run) : run_(run), row_(run.row()) {}

    Task<Result<>> all();

  private:
    void resume();
    Task<Result<>> count();
    Task<Result<>> fetch(Step& step);
    Task<Result<>> save();

    JobRun& run_;
    Job& row_;
    std::vector<Step> steps_;
};

void Backfill::resume() {
    for (std::string& condition : day_steps(row_.first_day, row_.last_day))
        steps_.push_back({.condition = std::move(condition)});
    read_json(row_.ranges, steps_);
    if (!row_.ranges.empty()) return;
    // An earlier version fetched one step after the other.
    for (std::size_t i = 0; i < std::min<std::size_t>(row_.steps_done, steps_.size()); ++i)
        steps_[i].done = true;
    if (row_.steps_done < steps_.size())
        steps_[row_.steps_done].position = std::exchange(row_.position, std::nullopt);
}

Task<Result<>> Backfill::save() {
    row_.steps_done = static_cast<std::uint64_t>(
        std::count_if(steps_.begin(), steps_.end(), [](const Step& step) { return step.done; }));
    row_.ranges = to_json(steps_);
    return run_.save();
}

// Counts the records of all steps; `expected` stays empty if the portal does not count.
Task<Result<>> Backfill::count() {
    std::uint64_t all = 0;
    bool counts = true;
    const auto count_step = [&](std::size_t i) -> Task<Result<>> {
        if (!counts) co_return Result<>{};
        CO_TRY_ASSIGN(auto counted, run_.count(run_.settings().spec, steps_[i].condition));
        counts = counts && counted.has_value();
        steps_[i].seen_empty = counted && *counted == 0;
        all += counted.value_or(0);
        co_return Result<>{};
    };
    CO_TRY(run_.in_lanes(steps_.size(), count_step));
    if (counts) row_.expected = all;
    co_return Result<>{};
}

// If the count showed no record, one more empty response is the proof (hazard 21), so an empty month takes two
// requests. A single one is no proof, whatever the total.
Task<Result<>> Backfill::fetch(Step& step) {
    StreamSpec spec = run_.settings().spec;
    spec.filter = where::both(spec.filter, step.condition);
    const JobRun::PageStored note = [this, &step](const Page& page) -> Task<Result<>> {
        if (!page.records.empty()) {
            const Record& last = page.records.back();
            step.position = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        }
        return save();
    };
    WalkPtr walk = make_walk(run_.dialect(), plan_job(run_.dialect(), step.position));
    CO_TRY(run_.walk(spec, std::move(walk), Reading::full, note, {.seen_empty = step.seen_empty}));
    step.done = true;
    co_return co_await save();
}

Task<Result<>> Backfill::all() {
    CO_TRY(run_.open());
    const bool fresh = row_.steps == 0;
    resume();
    row_.steps = steps_.size();
    if (fresh) {
        CO_TRY(count());
    }
    CO_TRY(save());
    const auto fetch_step = [this](std::size_t i) -> Task<Result<>> {
        if (steps_[i].done) co_return Result<>{};
        co_return co_await fetch(steps_[i]);
    };
    CO_TRY(run_.in_lanes(steps_.size(), fetch_step));
    row_.status = JobStatus::done;
    co_return co_await save();
}

}  // namespace

Task<Result<>> backfill(JobRun& run) {
    const Result<> days = check_days(run.row());
    if (!days) co_return days.error();
    Backfill work(run);
    co_return co_await work.all();
}

}  // namespace carecloud
