#include "sync/jobs/job_run.hpp"

#include "base/co_try.hpp"
#include "base/error.hpp"
#include "portal/query.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/walk/all_of.hpp"
#include "sync/walk/by_id.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace carecloud {

JobRun::JobRun(PassContext context, const PassSettings& settings, StreamMemory& memory, Job& row)
    : context_(context),
      settings_(settings),
      memory_(memory),
      row_(row),
      before_(row),
      fetcher_(context.clock, context.portal, context.limiter, context.random, context.time, settings.pauses,
               RequestRank::bounded, &context.lanes),
      committer_(context, settings.overlap, !row.scheduled) {}

Task<Result<>> JobRun::open() {
    CO_TRY_ASSIGN(auto loaded, context_.store.load_stream(settings_.spec.entity));
    filter_changed_ = loaded && loaded->reconciled_fingerprint != loaded->fingerprint;
    const auto known = known_dialect(settings_.dialect, loaded ? loaded->dialect : "");
    has_dialect_ = known.has_value();
    if (known) dialect_ = *known;
    if (!known && row_.kind == JobKind::backfill) co_return unknown_dialect();
    committer_.open(StreamState{.stream = settings_.spec.entity, .entity = settings_.spec.entity});
    if (row_.started_at.empty()) row_.started_at = context_.clock.wall().to_string_ms();
    row_.status = JobStatus::running;
    co_return Result<>{};
}

Error JobRun::unknown_dialect() const {
    return {.code = ErrorCode::dialect_unknown,
            .operation = std::string(to_string(row_.kind)) + " " + settings_.spec.entity,
            .subject = "the stream has not read any record yet",
            .hint = "it starts when the stream has detected the query dialect"};
}

Task<Result<std::optional<std::uint64_t>>> JobRun::count(const StreamSpec& spec, std::string where) {
    Query query{
        .spec = &spec, .where = std::move(where), .projection = Projection::keys, .take = 1, .total = true};
    auto freed = context_.lanes.until_free();
    co_await std::move(freed);
    const Lanes::Turn turn(context_.lanes);
    CO_TRY_ASSIGN(auto answer, fetcher_.ask(std::move(query)));
    // If the total is less than the records in the same response, it may come from an erroneously empty listing.
    std::optional<std::uint64_t> total = answer->total;
    if (total) total = std::max<std::uint64_t>(*total, answer->record_count());
    co_return total;
}

bool JobRun::reaches(const Page& page, const std::string& modified) const {
    if (modified.empty() || page.records.empty()) return false;
    const Record& last = page.records.back();
    const Timestamp at = Timestamp::parse(modified).value_or(Timestamp{});
    return compare_modified(dialect_, last.modified_text, last.modified, modified, at) >= 0;
}

Task<Result<>> JobRun::walk(const StreamSpec& spec, WalkPtr begun, Reading reading, const PageStored& stored,
                            WalkEnd end) {
    Walk& walk = *begun;
    const bool deep = reading == Reading::full;
    Paginator pages(context_.store, spec, memory_, fetcher_, committer_, deep);
    bool sure = end.seen_empty;  // that the next empty response is the end
    Reading next = reading;
    for (;;) {
        auto freed = context_.lanes.until_free();
        co_await std::move(freed);
        const Lanes::Turn turn(context_.lanes);
        walk.read_next(next);
        CO_TRY_ASSIGN(auto answer, pages.fetch_at(walk));
        const PagePtr page = answer.page;
        const bool empty = page->record_count() == 0;
        // The proof of the end does not need whole records, but it needs a page of more than one (walk.hpp).
        next = Reading::keys;
        if (empty && !std::exchange(sure, true)) continue;
        auto moved = walk.take_page(*page, answer.take);
        if (!moved) co_return moved.error();
        // Stored first, then counted and recorded in the job's row: an interruption in between reads the page again;
        // the other order would skip it.
        std::vector<std::size_t> unmet;
        if (deep) unmet = walk.unmet();
        CO_TRY_ASSIGN(auto taken,
                      pages.store(page, answer.projection, walk.dialect(), std::nullopt, std::move(unmet)));
        walk.stored(taken, page->record_count());
        // The stream's own walk should have found it: the dialect must be proven again (hazard 33).
        if (taken > 0 && row_.kind == JobKind::reconcile && !page->records.empty())
            memory_.missed = keys_of(*page).at(page->records.size() - 1);
        row_.records += page->record_count();
        CO_TRY(stored(*page));
        if ((empty && walk.ended()) || reaches(*page, end.before)) co_return Result<>{};
        sure = walk.was_short();
        if (!sure) next = reading;
    }
}

Task<Result<>> JobRun::in_lanes(std::size_t count, std::function<Task<Result<>>(std::size_t)> work) {
    return carecloud::in_lanes(context_.clock, context_.lanes, count, std::move(work));
}

Task<Result<>> JobRun::take_unknown(std::vector<Key> keys, std::optional<Dialect> dialect) {
    const Dialect asked = dialect.value_or(dialect_);
    Paginator pages(context_.store, settings_.spec, memory_, fetcher_, committer_, row_.deep);
    CO_TRY(pages.store_unknown(std::move(keys), asked, std::nullopt));
    co_return Result<>{};
}

Task<Result<>> JobRun::fetch(std::vector<Key> keys) {
    ById by_id(fetcher_, memory_.whole, committer_, settings_.spec, dialect_);
    co_return co_await by_id.fetch(std::move(keys), std::nullopt);
}

void JobRun::note_progress() {
    const CommitSummary& summary = committer_.summary();
    row_.missing = before_.missing + summary.created + summary.restored;
    row_.changed = before_.changed + summary.updated + summary.disabled;
    row_.deleted = before_.deleted + summary.deleted;
    row_.requests = before_.requests + fetcher_.requests();
}

Task<Result<>> JobRun::save() {
    note_progress();
    CO_TRY(context_.store.save_pass(row_));
    co_return Result<>{};
}

Task<Result<>> run_bounded(PassContext context, const PassSettings& settings, const DeleteGuard& guard,
                           StreamMemory& memory, Job& row) {
    const std::string operation = std::string(to_string(row.kind)) + " " + settings.spec.entity;
    try {
        JobRun run(context, settings, memory, row);
        auto work = row.kind == JobKind::backfill ? backfill(run) : reconcile(run, guard);
        auto done = co_await std::move(work);
        if (!done) run.note_progress();
        // Also after an error: committed pages stay, and their reversals with them.
        if (run.met_reversal() && !row.whole && context.whole_due) {
            auto asking = context.whole_due->request(row.stream, WholeDue::kWentBack);
            auto asked = co_await std::move(asking);
            if (done && !asked) co_return asked;
        }
        co_return done;
    } catch (const std::exception& thrown) {
        if (is_cancellation(std::current_exception())) co_return canceled_error(operation);
        co_return fault_error(operation, thrown);
    }
}

}  // namespace carecloud
