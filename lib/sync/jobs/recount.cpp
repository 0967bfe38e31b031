#include "base/co_try.hpp"
#include "model/change.hpp"
#include "portal/query.hpp"
#include "sync/jobs/job_run.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr std::size_t kDoubtsMax = 100'000;

class Recount {
  public:
    Recount(JobRun& run, const Walked& walked) : run_(run), walked_(walked) {}

    Task<Result<>> run();

  private:
    struct Young {
        std::uint64_t there = 0;
        std::uint64_t here = 0;
    };
    struct Excess {
        std::uint64_t least = 0;
        std::uint64_t most = 0;
    };

    Task<Result<std::optional<Excess>>> excess();
    Task<Result<Young>> count_young();
    Task<Result<Young>> count_since(Timestamp from);
    Task<Result<std::uint64_t>> count_there(std::string since);
    Task<Result<std::uint64_t>> explained_before();
    Task<Result<>> walk_by_id(IdLiteral form);
    Task<Result<>> take_page(const Page& page, const Dialect& dialect);
    void warn(std::uint64_t unexplained);

    JobRun& run_;
    Walked walked_;
};

// How many more records the portal has than were found, excluding the young ones on either side. A young one that is
// not held as such may be new, or held in an older version: the number lies between these two. std::nullopt: the portal
// does not count.
Task<Result<std::optional<Recount::Excess>>> Recount::excess() {
    const StreamSpec& spec = run_.settings().spec;
    CO_TRY_ASSIGN(auto there, run_.count(spec, where::all()));
    if (!there) co_return std::optional<Excess>();
    CO_TRY_ASSIGN(auto young, count_young());
    CO_TRY_ASSIGN(auto here, run_.context().store.count_live(spec.entity, ""));
    // A doubted record may be young on one side only.
    CO_TRY_ASSIGN(auto rechecks, run_.context().store.rechecks(spec.entity, kDoubtsMax));
    const auto more = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
    const std::uint64_t listed = more(here, walked_.unlisted);
    const std::uint64_t met = more(listed, young.here) + walked_.invalid + rechecks.doubted.size();
    const std::uint64_t least = more(more(*there, young.there), met);
    // A young one in no listing may compensate for an existing one that was not found.
    const std::uint64_t shown = more(listed, walked_.unlisted_young);
    // A record that was removed since it was compared may compensate for one, too: it was in the count before
    // (simulate --seed 2001488 --hours 0.25).
    const std::uint64_t most = more(std::max(*there, walked_.counted_before), shown + walked_.invalid);
    co_return std::optional<Excess>({least, std::max(least, most)});
}

// Versions whose `modified` is later than the start of the overlap: the stream's own pass is still to find them. A date
// in the future does not show when the record was written, and with a clock that is behind every new one would have
// such a date.
Task<Result<Recount::Young>> Recount::count_young() {
    const Timestamp now = run_.context().portal_now();
    auto young = co_await count_since(now - run_.settings().overlap);
    if (!young || young->there <= young->here) co_return young;
    CO_TRY_ASSIGN(auto future, count_since(now + kClockTolerance));
    young->there -= std::min(young->there, future.there);
    young->here -= std::min(young->here, future.here);
    co_return young;
}

Task<Result<Recount::Young>> Recount::count_since(Timestamp from) {
    const std::string since = from.to_string();
    CO_TRY_ASSIGN(auto there, count_there(since));
    CO_TRY_ASSIGN(auto here, run_.context().store.count_live(run_.settings().spec.entity, since));
    co_return Young{there, here};
}

// The sum for both types of `modified`.
Task<Result<std::uint64_t>> Recount::count_there(std::string since) {
    std::uint64_t sum = 0;
    Dialect dialect = run_.dialect();
    for (const ModifiedLiteral type : {ModifiedLiteral::string, ModifiedLiteral::date}) {
        dialect.modified = type;
        std::string condition = where::modified(dialect, "$gte", since);
        auto counted = co_await run_.count(run_.settings().spec, std::move(condition));
        const bool is_refused = !counted && counted.error().code == ErrorCode::refused;
        if (!counted && !is_refused) co_return counted.error();
        if (counted) sum += counted->value_or(0);
    }
    co_return sum;
}

// The number that the stream's last reconciliation could not explain.
Task<Result<std::uint64_t>> Recount::explained_before() {
    CO_TRY_ASSIGN(auto passes, run_.context().store.passes());
    std::uint64_t number = 0;
    for (const Job& pass : passes) {
        const bool counts = pass.kind == JobKind::reconcile && pass.stream == run_.row().stream &&
                            pass.id != run_.row().id && pass.status == JobStatus::done;
        if (counts) number = pass.unexplained;
    }
    co_return number;
}

Task<Result<>> Recount::take_page(const Page& page, const Dialect& dialect) {
    std::vector<Key> keys = keys_of(page);
    walked_.invalid += page.invalid.size();
    CO_TRY_ASSIGN(auto unknown, run_.context().store.unknown(run_.row().stream, keys));
    std::vector<Key> missed;
    for (const std::size_t index : unknown)
        missed.push_back(keys[index]);
    const auto usable = std::find_if(missed.begin(), missed.end(), [](const Key& key) {
        return Timestamp::parse(key.modified_text).has_value();
    });
    if (usable != missed.end()) run_.memory().missed = *usable;
    CO_TRY(run_.take_unknown(std::move(missed), dialect));
    co_return co_await run_.save();
}

// All records with an id of this form, in order.
Task<Result<>> Recount::walk_by_id(IdLiteral form) {
    Dialect dialect = run_.dialect();
    dialect.id = form;
    const std::string lowest = form == IdLiteral::oid ? "000000000000000000000000" : "";
    std::string condition = where::id(dialect, "$gte", lowest);
    bool sure = false;  // that the next empty response is the end: one may be erroneously empty
    for (;;) {
        Query query{.spec = &run_.settings().spec,
                    .where = condition,
                    .projection = Projection::keys,
                    .order = Order::by_id};
        auto fetched = co_await run_.fetcher().fetch(std::move(query), run_.memory().keys);
        // If the portal refuses a form, no id has it.
        if (!fetched && fetched.error().code == ErrorCode::refused) co_return Result<>{};
        if (!fetched) co_return fetched.error();
        const Page& page = *fetched->page;
        if (page.record_count() == 0) {
            if (std::exchange(sure, true)) co_return Result<>{};
            continue;
        }
        sure = page.record_count() < fetched->take;
        std::string last;
        for (const Record& record : page.records)
            last = std::max(last, std::string(record.id));
        for (const InvalidRecord& invalid : page.invalid)
            if (!invalid.id.starts_with("sha256:")) last = std::max(last, invalid.id);
        CO_TRY(take_page(page, dialect));
        std::string next = where::id(dialect, "$gt", last);
        if (next == condition) co_return Result<>{};  // a portal that ignores the bound would loop forever
        condition = std::move(next);
    }
}

void Recount::warn(std::uint64_t unexplained) {
    Job& row = run_.row();
    row.unexplained = unexplained;
    if (unexplained == 0) return;
    row.error = std::to_string(unexplained) +
                " records counted by the portal appear in no listing, neither by modified nor by _id";
    // A record with invalid bytes has a valid key in a walk of keys, and is not in the store.
    row.hint =
        "if as many are in quarantine (carecloudctl quarantine), they are the same records; otherwise ask "
        "the portal's "
        "operator which records of " +
        row.stream + " have no _id, or an _id that is neither a string nor an ObjectId";
}

Task<Result<>> Recount::run() {
    CO_TRY_ASSIGN(auto more, excess());
    CO_TRY_ASSIGN(auto before, explained_before());
    const Excess number = more.value_or(Excess{});
    const bool is_certain = number.least == number.most;
    if (number.most == 0 || (is_certain && number.least == before)) {
        warn(number.least);
        co_return Result<>{};
    }
    walked_.invalid = 0;
    for (const IdLiteral form : {IdLiteral::string, IdLiteral::oid}) {
        CO_TRY(walk_by_id(form));
    }
    CO_TRY_ASSIGN(auto left, excess());
    warn(left.value_or(Excess{}).least);
    co_return Result<>{};
}

}  // namespace

Task<Result<>> recount(JobRun& run, Walked walked) {
    Recount work(run, walked);
    co_return co_await work.run();
}

}  // namespace carecloud
