#include "sync/stream/pass.hpp"

#include "base/co_try.hpp"
#include "base/error.hpp"
#include "portal/query.hpp"
#include "sync/stream/prove.hpp"
#include "sync/stream/wide_load.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/progress.hpp"
#include "sync/walk/ranges.hpp"
#include "sync/walk/walk.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Up to this many records in the future are fetched in full with each walk that requests them.
constexpr std::size_t kFutureReadWhole = 32;

// One page on its way into the store, with all decisions made when it arrived.
struct Arrived {
    PagePtr page;
    Timestamp cursor_limit;  // when it arrived
    Projection projection = Projection::keys;
    bool end = false;
    bool may_move_cursor = true;
    std::vector<std::size_t> unmet{};  // of its records: stored whatever the store has of them
    std::optional<Cursor> met_to{};
};

class Pass {
  public:
    Pass(PassContext context, const PassSettings& settings, StreamMemory& memory)
        : context_(context),
          settings_(settings),
          memory_(memory),
          fetcher_(context.clock, context.portal, context.limiter, context.random, context.time,
                   settings.pauses),
          prover_(context.clock, context.portal, context.limiter, context.random, context.time,
                  settings.pauses, RequestRank::live, &context.lanes),
          committer_(context, settings.overlap),
          pages_(context.store, settings.spec, memory, fetcher_, committer_) {
        report_.stream = settings.spec.entity;
        committer_.when_odd(request_of_whole(context, settings.spec.entity));
    }

    // The whole pass; the caller converts a thrown cancellation to an error.
    Task<Result<>> run();

    PassReport take_report(MonoTime started, std::optional<Error> error) {
        report_.took = context_.clock.now() - started;
        report_.pages += wide_.pages;
        report_.requests = fetcher_.requests() + prover_.requests() + wide_.requests;
        report_.error = std::move(error);
        report_.state = committer_.state();
        report_.summary = committer_.summary();
        if (!report_.error) report_.tail = walk_.tail;
        if (walk_.settled_before) report_.began_at = *walk_.settled_before + settings_.overlap;
        memory_.tail = report_.tail;
        return std::move(report_);
    }

  private:
    enum class Ending {
        done,
        new_shape,       // the format of the portal's responses has changed: the dialect is proven again
        widened,         // the rest was read in ranges: the walk is repeated from the safe point
        cursor_is_lost,  // in the future
    };

    Task<Result<>> load_state();
    Task<Result<bool>> find_dialect();
    Task<Result<Ending>> walk_to_end();
    Task<Result<Ending>> read_in_ranges(RangePlan plan);
    WalkPtr begin_walk();
    Task<Result<Fetched>> fetch_first(Walk& walk);
    bool is_cursor_lost() const;
    Task<Result<>> put_cursor_back();
    Task<Result<bool>> finds_new_dialect();
    Arrived arrive(const Walk& walk, Fetched answer);
    Task<Result<>> commit_end();
    void note_tail(const Page& page);

    Task<Result<std::size_t>> store_page(Arrived arrived);
    // The state to commit with a page; std::nullopt if the change is too small.
    std::optional<StreamState> state_after(const Arrived& arrived) const;
    // `limit`: the maximum cursor when the page arrived.
    StreamState advanced(const Reached& reached, Timestamp limit) const;

    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Fetcher fetcher_;
    Fetcher prover_;  // of the dialect: its requests are concurrent
    Committer committer_;
    Paginator pages_;
    PassReport report_;
    Dialect dialect_;
    std::optional<Result<Fetched>>
        first_{};            // the first page, if it was requested before the dialect was proven
    Timestamp future_from_;  // later times are in the future according to every clock
    struct {
        std::optional<Timestamp> settled_before{};  // from the first page's time
        std::optional<Cursor> last_key{};           // the last settleable one
        Timestamp last_key_limit{};
        std::size_t tail = 0;
        std::optional<MonoTime> wide_at{};  // it also requests records in the future, since then
        std::size_t future = 0;
    } walk_{};                // of the current walk
    bool new_shape_ = false;  // the stored dialect was proven with another portal
    LongWalk long_walk_{};
    std::optional<std::string> until_{};  // of the walk's plan
    bool widened_ = false;                // in this pass
    WideCost wide_{};
};

Task<Result<>> Pass::load_state() {
    CO_TRY_ASSIGN(auto opened, open_stream(context_, settings_, memory_));
    if (!opened.restarted) {
        committer_.open(std::move(opened.state));
        co_return Result<>{};
    }
    // Stored before anything else, so that it is reported once and the old cursor never returns.
    report_.from_the_start = true;
    Batch restart{.stream = settings_.spec.entity, .state = std::move(opened.state)};
    CO_TRY(committer_.commit(std::move(restart)));
    co_return Result<>{};
}

// False: there is nothing to prove a dialect with, so there is nothing to fetch either.
Task<Result<bool>> Pass::find_dialect() {
    const auto known = known_dialect(settings_.dialect, new_shape_ ? "" : committer_.state().dialect);
    if (known) {
        dialect_ = *known;
        co_return true;
    }
    const bool with_page = !committer_.state().cursor && !memory_.wide_at && !memory_.first_page_fails;
    auto proving = prove_walk(pages_, prover_, settings_.spec, cursor_key(committer_.state()), with_page);
    auto proven = co_await std::move(proving);
    memory_.first_page_fails = !proven;
    if (!proven || !proven->dialect) co_return proven ? Result<bool>(false) : proven.error();
    dialect_ = *proven->dialect;
    first_ = std::move(proven->first);
    report_.dialect_proven = true;
    co_return true;
}

void Pass::note_tail(const Page& page) {
    // A minute of slack, since the safe point is stored only at intervals (progress.cpp).
    const Timestamp from = *walk_.settled_before - std::chrono::minutes(1);
    for (const Record& record : page.records) {
        if (record.modified > future_from_)
            ++walk_.future;
        else if (record.modified > from)
            ++walk_.tail;
    }
}

Arrived Pass::arrive(const Walk& walk, Fetched answer) {
    dialect_ = walk.dialect();
    note_tail(*answer.page);
    const Timestamp limit = context_.time.cursor_limit(PortalTime::local_time(context_.clock));
    if (auto key = last_settleable(answer.page->records, limit)) {
        memory_.note_newest(key->modified, context_.clock.now());
        walk_.last_key = std::move(key);
        walk_.last_key_limit = limit;
    }
    return Arrived{.page = std::move(answer.page),
                   .cursor_limit = limit,
                   .projection = answer.projection,
                   .end = walk.ended(),
                   .may_move_cursor = walk.may_move_cursor(),
                   .unmet = walk.unmet(),
                   .met_to = walk.met_to()};
}

// Records in the future are requested by a first load and then every `overlap`.
WalkPtr Pass::begin_walk() {
    const PortalTime::LocalTime now = PortalTime::local_time(context_.clock);
    future_from_ = future_begins(context_.time, now);
    WalkPlan plan = plan_pass(dialect_, committer_.state(), memory_.tail);
    const bool is_due = !memory_.wide_at || context_.clock.now() - *memory_.wide_at >= settings_.overlap;
    if (is_due || !context_.time.has_heard() || !can_bound(dialect_, committer_.state(), memory_.met_to)) {
        walk_.wide_at = context_.clock.now();
        if (memory_.future > kFutureReadWhole) plan.reading = Reading::keys;
    } else {
        plan.until = future_from_.to_string();
    }
    until_ = plan.until;
    long_walk_ = LongWalk(committer_.state().cursor);
    WalkPtr walk = make_walk(dialect_, std::move(plan));
    if (memory_.met_to) walk->has_met(*memory_.met_to);
    memory_.met_to = walk->met_to();
    return walk;
}

// The first page; requested twice if the cursor lies in the future according to the first response, since one response
// may be wrong.
Task<Result<Fetched>> Pass::fetch_first(Walk& walk) {
    std::optional<Result<Fetched>> first;
    if (first_ && !walk.has_position()) first = *std::exchange(first_, std::nullopt);
    auto completing = pages_.complete(std::move(first), walk);
    auto answer = co_await std::move(completing);
    if (!answer || !is_cursor_lost()) co_return answer;
    co_return co_await pages_.fetch_at(walk);
}

bool Pass::is_cursor_lost() const {
    const std::optional<Cursor>& cursor = committer_.state().cursor;
    return cursor && context_.time.is_in_future(cursor->modified);
}

Task<Result<>> Pass::put_cursor_back() {
    CO_TRY_ASSIGN(auto back, with_cursor_back(context_, settings_, committer_.state()));
    Batch batch{.stream = committer_.state().stream, .state = std::move(back)};
    CO_TRY(committer_.commit(std::move(batch)));
    report_.cursor_went_back = true;
    memory_.tail.reset();
    memory_.met_to.reset();
    memory_.newest.reset();
    co_return Result<>{};
}

// Whether the portal uses another dialect by now (hazard 33): then the walk is repeated.
Task<Result<bool>> Pass::finds_new_dialect() {
    CO_TRY_ASSIGN(auto changed, watch_dialect(prover_, settings_, memory_, dialect_,
                                              committer_.summary().changes() > 0, context_.clock.now()));
    if (!changed) co_return false;
    dialect_ = *changed;
    report_.dialect_proven = true;
    co_return true;
}

Task<Result<Pass::Ending>> Pass::read_in_ranges(RangePlan plan) {
    widened_ = true;
    CO_TRY_ASSIGN(const bool new_shape, load_wide(context_, settings_, memory_, committer_, dialect_,
                                                  std::move(plan), until_, wide_));
    co_return new_shape ? Ending::new_shape : Ending::widened;
}

Task<Result<Pass::Ending>> Pass::walk_to_end() {
    if (!widened_ && dialect_.keyset) {
        if (auto plan = RangePlan::from_json(committer_.state().ranges, dialect_)) {
            auto loading = read_in_ranges(std::move(*plan));
            co_return co_await std::move(loading);
        }
    }
    const WalkPtr begun = begin_walk();
    Walk& walk = *begun;
    auto answer = co_await fetch_first(walk);
    if (answer && is_cursor_lost()) co_return Ending::cursor_is_lost;
    while (answer) {
        const PagePtr& page = answer->page;
        if (!walk_.settled_before) walk_.settled_before = answer->asked_at - settings_.overlap;
        if (!settings_.dialect && page->spelling != dialect_.spelling) co_return Ending::new_shape;
        auto moved = walk.take_page(*page, answer->take);
        if (!moved) co_return moved.error();
        const std::size_t count = page->record_count();
        const bool is_long = long_walk_.continues(dialect_, *page, answer->take, walk.reading());
        Arrived arrived = arrive(walk, std::move(*answer));
        std::optional<RangePlan> rest;
        if (is_long && !widened_ && WideLoad::is_possible(context_, dialect_))
            rest = plan_rest(context_, memory_, *arrived.page, *walk_.settled_before + settings_.overlap);

        if (walk.may_read_ahead() && !rest) {
            auto fetching = pages_.fetch_ahead(walk);
            auto storing = store_page(std::move(arrived));
            auto side = side_by_side(std::move(fetching), std::move(storing));
            auto both = co_await std::move(side);
            auto& [ahead, stored] = both;
            if (!stored) co_return stored.error();
            auto completing = pages_.complete(std::move(ahead), walk);
            answer = co_await std::move(completing);
            walk.stored(*stored, count);
            continue;
        }
        CO_TRY_ASSIGN(auto stored, store_page(std::move(arrived)));
        walk.stored(stored, count);
        if (rest) {
            auto loading = read_in_ranges(std::move(*rest));
            co_return co_await std::move(loading);
        }
        if (walk.ended()) break;
        answer = co_await pages_.fetch_at(walk);
    }
    if (!answer) co_return answer.error();
    memory_.met_to = walk.met_to();
    if (walk_.wide_at) {
        memory_.wide_at = walk_.wide_at;
        memory_.future = walk_.future;
    }
    CO_TRY(commit_end());
    co_return Ending::done;
}

// Commits what the last page could not, if a tie had to be read until it was stable.
Task<Result<>> Pass::commit_end() {
    StreamState after = advanced({.key = walk_.last_key, .end = true}, walk_.last_key_limit);
    if (is_worth_a_commit(committer_.state(), after)) {
        Batch batch{.stream = committer_.state().stream, .state = std::move(after)};
        CO_TRY(committer_.commit(std::move(batch)));
    }
    memory_.walked = true;
    co_return Result<>{};
}

StreamState Pass::advanced(const Reached& reached, Timestamp limit) const {
    const Timestamp began = *walk_.settled_before + settings_.overlap;
    const Timestamp settled = memory_.certain(began, context_.time, context_.clock.now()) - settings_.overlap;
    StreamState after = advance(committer_.state(), dialect_, reached, settled);
    after.dialect = dialect_.to_json();
    after.portal_time = context_.portal_now();
    after.ranges.clear();  // none are under way, or they are of no use: the walk began at the cursor
    ensure_step(committer_.state(), after, dialect_, limit);
    return after;
}

std::optional<StreamState> Pass::state_after(const Arrived& arrived) const {
    if (!arrived.may_move_cursor) return std::nullopt;
    const Reached reached{.key = last_settleable(arrived.page->records, arrived.cursor_limit),
                          .end = arrived.end};
    StreamState after = advanced(reached, arrived.cursor_limit);
    if (!is_worth_a_commit(committer_.state(), after)) return std::nullopt;
    return after;
}

Task<Result<std::size_t>> Pass::store_page(Arrived arrived) {
    ++report_.pages;
    std::optional<StreamState> state = state_after(arrived);
    committer_.meets_beyond(dialect_, memory_.met_to, *memory_.configured_at);
    auto storing = pages_.store(std::move(arrived.page), arrived.projection, dialect_, std::move(state),
                                std::move(arrived.unmet));
    auto stored = co_await std::move(storing);
    if (stored) memory_.met_to = std::move(arrived.met_to);
    co_return stored;
}

Task<Result<>> Pass::run() {
    CO_TRY(load_state());
    if (committer_.state().cursor)
        memory_.note_newest(committer_.state().cursor->modified, context_.clock.now());
    bool settled = false;  // the dialect, in this pass
    // A walk is repeated if the format of responses or the dialect has changed (hazards 28 and 33), or if the cursor
    // was moved back (hazard 31).
    for (int round = 0; round < 4;) {
        if (!settled) {
            CO_TRY_ASSIGN(auto known, find_dialect());
            if (!known) {
                // An emptied stream has nothing to prove a new format with (simulate --seed 17883 --hours 0.5).
                memory_.walked = memory_.walked || new_shape_;
                memory_.empty = true;
                co_return Result<>{};
            }
        }
        CO_TRY_ASSIGN(auto ending, walk_to_end());
        if (ending != Ending::widened) ++round;  // which occurs once
        settled = ending != Ending::new_shape;
        new_shape_ = new_shape_ || !settled;
        if (ending == Ending::cursor_is_lost) CO_TRY(put_cursor_back());
        if (ending == Ending::done) {
            CO_TRY_ASSIGN(auto changed, finds_new_dialect());
            if (!changed) {
                if (widened_) {
                    CO_TRY(check_count(context_, fetcher_, dialect_, committer_.state(), settings_,
                                       wide_.invalid));
                }
                ById by_id(fetcher_, memory_.whole, committer_, settings_.spec, dialect_);
                co_return co_await by_id.retry_untried(context_.store, context_.clock.wall());
            }
        }
        walk_ = {};
    }
    co_return Error{
        .code = ErrorCode::bad_response,
        .operation = "walk " + settings_.spec.entity,
        .subject = "the portal's responses are inconsistent: member names or the query dialect keep changing",
        .hint = "the pass will be retried"};
}

}  // namespace

Task<PassReport> run_pass(PassContext context, const PassSettings& settings, StreamMemory& memory) {
    const MonoTime started = context.clock.now();
    Pass pass(context, settings, memory);
    std::optional<Error> error;
    try {
        auto done = co_await pass.run();
        if (!done) error = done.error();
    } catch (const std::exception&) {
        if (!is_cancellation(std::current_exception())) throw;
        error = canceled_error("walk " + settings.spec.entity);
    }
    co_return pass.take_report(started, std::move(error));
}

}  // namespace carecloud
