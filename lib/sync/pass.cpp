#include "sync/pass.hpp"

#include "portal/query.hpp"
#include "sync/by_id.hpp"
#include "sync/cancellation.hpp"
#include "sync/ledger.hpp"
#include "sync/page_walk.hpp"
#include "sync/progress.hpp"
#include "sync/prove.hpp"
#include "sync/walk.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// What is awaited need not have a default, but co_spawn() wants one.
template <class T>
Task<std::optional<T>> optional_of(Task<T> task) {
    co_return co_await std::move(task);
}

// Two halves of a step side by side. The first exception ends the other half. Asio's operator && would throw the first
// of them alone where both have thrown: a fault in one half would pass for the cancellation of the other.
template <class A, class B>
Task<std::pair<A, B>> side_by_side(Task<A> one, Task<B> other) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, optional_of(std::move(one)), asio::deferred),
        asio::co_spawn(executor, optional_of(std::move(other)), asio::deferred));
    auto [order, thrown_by_one, first, thrown_by_other, second] =
        co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    if (const auto thrown = worse_of(thrown_by_one, thrown_by_other)) std::rethrow_exception(thrown);
    co_return std::pair<A, B>(std::move(*first), std::move(*second));
}

// How long a record that no answer carried is left alone before it is asked for again.
constexpr std::int64_t kUntriedForTicks = 3600 * Timestamp::ticks_per_second;

// One page on its way into the store, with everything that was decided when it came.
struct Arrived {
    PagePtr page;
    Reading reading = Reading::keys;
    bool end = false;
    bool may_move_cursor = true;
    std::vector<std::size_t> unmet{};  // of its records: taken whatever the store has of them
    std::optional<Cursor> met_to{};
};

class Pass {
  public:
    Pass(PassContext context, const PassSettings& settings, StreamMemory& memory)
        : context_(context),
          settings_(settings),
          memory_(memory),
          fetcher_(context.clock, context.portal, context.gate, context.random, settings.pauses),
          ledger_(context.store, settings.overlap),
          pages_(context.store, settings.spec, memory, fetcher_, ledger_) {
        report_.stream = settings.spec.entity;
    }

    // The whole pass; the caller turns a thrown cancellation into an error.
    Task<Result<>> run();

    PassReport take_report(MonoTime started, std::optional<Error> error) {
        report_.took = context_.clock.now() - started;
        report_.requests = fetcher_.requests();
        report_.error = std::move(error);
        report_.state = ledger_.state();
        report_.summary = ledger_.summary();
        if (!report_.error) report_.tail = tail_;
        const Duration overlap = settings_.overlap;
        if (settled_before_) report_.began_at = Timestamp{settled_before_->ticks + overlap.count() / 100};
        memory_.tail = report_.tail;
        return std::move(report_);
    }

  private:
    enum class Ending { done, new_shape };

    Task<Result<>> load_state();
    Task<Result<bool>> settle_dialect();
    Task<Result<Ending>> walk_to_end();
    Arrived arrive(const Walk& walk, WalkAnswer answer);
    Task<Result<>> commit_end();
    Task<Result<>> retry_untried();
    void note_tail(const Page& page);

    Task<Result<std::size_t>> store_page(Arrived arrived);
    // The state to commit with a page; none where it is not worth a write.
    std::optional<StreamState> state_after(const Arrived& arrived) const;

    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Fetcher fetcher_;
    Ledger ledger_;
    PageWalk pages_;
    PassReport report_;
    Dialect dialect_;
    std::optional<Timestamp> settled_before_;  // from the first page's time
    std::optional<Cursor> last_key_;           // the last settleable one that the walk has met
    std::size_t tail_ = 0;
    bool new_shape_ = false;  // the stored dialect was proven of another portal
};

Task<Result<>> Pass::load_state() {
    auto loaded = co_await context_.store.load_stream(settings_.spec.entity);
    if (!loaded) co_return loaded.error();
    const std::string fingerprint = settings_.spec.fingerprint();
    if (*loaded && (*loaded)->fingerprint == fingerprint) {
        ledger_.open(std::move(**loaded));
        co_return Result<>{};
    }
    StreamState fresh{
        .stream = settings_.spec.entity, .entity = settings_.spec.entity, .fingerprint = fingerprint};
    memory_.tail.reset();
    memory_.met_to.reset();
    if (!*loaded) {
        ledger_.open(std::move(fresh));
        co_return Result<>{};
    }
    // Written down before anything else, so that it is said once and the old cursor is never met again. The portal's
    // language is what it was: what the new filter leaves out can be reconciled before the stream meets a record.
    report_.from_the_start = true;
    fresh.dialect = (*loaded)->dialect;
    Batch restart{.stream = settings_.spec.entity, .state = std::move(fresh)};
    auto committed = co_await ledger_.commit(std::move(restart));
    if (!committed) co_return committed.error();
    co_return Result<>{};
}

// False: there is nothing to prove a dialect with, so there is nothing to fetch either.
Task<Result<bool>> Pass::settle_dialect() {
    const auto stored = new_shape_ ? std::nullopt : Dialect::from_json(ledger_.state().dialect);
    if (settings_.dialect) {
        dialect_ = *settings_.dialect;
        if (stored) dialect_.cap = stored->cap;
        co_return true;
    }
    if (stored) {
        dialect_ = *stored;
        co_return true;
    }
    auto proven = co_await prove_dialect(fetcher_, settings_.spec);
    if (!proven) co_return proven.error();
    if (!*proven) co_return false;
    dialect_ = **proven;
    report_.dialect_proven = true;
    co_return true;
}

void Pass::note_tail(const Page& page) {
    // A minute of slack, since the safe point is written down only so often (progress.cpp).
    const Timestamp from{settled_before_->ticks - 60 * Timestamp::ticks_per_second};
    tail_ +=
        static_cast<std::size_t>(std::count_if(page.records.begin(), page.records.end(),
                                               [&](const Record& record) { return record.modified > from; }));
}

Arrived Pass::arrive(const Walk& walk, WalkAnswer answer) {
    dialect_ = walk.dialect();
    note_tail(*answer.fetched.page);
    if (auto key = last_settleable(answer.fetched.page->records, answer.fetched.page->portal_time))
        last_key_ = std::move(key);
    return Arrived{.page = std::move(answer.fetched.page),
                   .reading = answer.reading,
                   .end = walk.ended(),
                   .may_move_cursor = walk.may_move_cursor(),
                   .unmet = walk.unmet(),
                   .met_to = walk.met_to()};
}

Task<Result<Pass::Ending>> Pass::walk_to_end() {
    Walk walk(dialect_, ledger_.state(), memory_.tail);
    if (memory_.met_to) walk.has_met(*memory_.met_to);
    auto answer = co_await pages_.fetch_at(walk);
    while (answer) {
        const PagePtr& page = answer->fetched.page;
        if (!settled_before_)
            settled_before_ = Timestamp{answer->fetched.asked_at.ticks - settings_.overlap.count() / 100};
        if (!settings_.dialect && page->spelling != dialect_.spelling) co_return Ending::new_shape;
        auto moved = walk.take_page(*page, answer->fetched.take);
        if (!moved) co_return moved.error();
        const std::size_t count = page->record_count();
        Arrived arrived = arrive(walk, std::move(*answer));

        if (walk.may_read_ahead()) {
            auto fetching = pages_.fetch_ahead(walk);
            auto storing = store_page(std::move(arrived));
            auto side = side_by_side(std::move(fetching), std::move(storing));
            auto both = co_await std::move(side);
            auto& [ahead, stored] = both;
            if (!stored) co_return stored.error();
            answer = co_await pages_.fetch_keys_instead(std::move(ahead), walk);
            walk.stored(*stored, count);
            continue;
        }
        auto stored = co_await store_page(std::move(arrived));
        if (!stored) co_return stored.error();
        walk.stored(*stored, count);
        if (walk.ended()) break;
        answer = co_await pages_.fetch_at(walk);
    }
    if (!answer) co_return answer.error();
    memory_.met_to = walk.met_to();
    auto ended = co_await commit_end();
    if (!ended) co_return ended.error();
    co_return Ending::done;
}

// What the last page could not say yet, where a tie had to be read until it was quiet.
Task<Result<>> Pass::commit_end() {
    StreamState after =
        advance(ledger_.state(), dialect_, Reached{.key = last_key_, .end = true}, *settled_before_);
    after.dialect = dialect_.to_json();
    Batch batch{.stream = ledger_.state().stream, .walk_ended = !memory_.walked};
    if (after.cursor && is_worth_a_commit(ledger_.state(), after)) batch.state = std::move(after);
    if (!batch.state && !batch.walk_ended) co_return Result<>{};
    auto committed = co_await ledger_.commit(std::move(batch));
    if (!committed) co_return committed.error();
    memory_.walked = true;
    co_return Result<>{};
}

std::optional<StreamState> Pass::state_after(const Arrived& arrived) const {
    if (!arrived.may_move_cursor) return std::nullopt;
    const Reached reached{.key = last_settleable(arrived.page->records, arrived.page->portal_time),
                          .end = arrived.end};
    StreamState after = advance(ledger_.state(), dialect_, reached, *settled_before_);
    after.dialect = dialect_.to_json();
    if (!after.cursor || !is_worth_a_commit(ledger_.state(), after)) return std::nullopt;
    return after;
}

Task<Result<std::size_t>> Pass::store_page(Arrived arrived) {
    ++report_.pages;
    std::optional<StreamState> state = state_after(arrived);
    auto storing = pages_.store(std::move(arrived.page), arrived.reading, dialect_, std::move(state),
                                std::move(arrived.unmet));
    auto stored = co_await std::move(storing);
    if (stored) memory_.met_to = std::move(arrived.met_to);
    co_return stored;
}

// A record that no answer carried may pass by now: the longest untried one is asked for again, one a pass.
Task<Result<>> Pass::retry_untried() {
    const Timestamp before{context_.clock.wall().ticks - kUntriedForTicks};
    auto due = co_await context_.store.untried(ledger_.state().stream, before, 1);
    if (!due) co_return due.error();
    if (due->empty()) co_return Result<>{};
    Key key = due->front();
    ById by_id(fetcher_, memory_.whole, ledger_, settings_.spec, dialect_);
    co_return co_await by_id.retry(std::move(key));
}

Task<Result<>> Pass::run() {
    auto loaded = co_await load_state();
    if (!loaded) co_return loaded.error();
    // A second round only where the portal answered in a new shape and the dialect was proven again (hazard
    // 28).
    for (int round = 0; round < 2; ++round) {
        auto settled = co_await settle_dialect();
        if (!settled) co_return settled.error();
        if (!*settled) {
            // An emptied stream has nothing to prove a new shape with, and was walked (simulate --seed 17883 --hours
            // 0.5).
            memory_.walked = memory_.walked || new_shape_;
            co_return Result<>{};
        }
        auto ending = co_await walk_to_end();
        if (!ending) co_return ending.error();
        if (*ending == Ending::done) co_return co_await retry_untried();
        new_shape_ = true;
        settled_before_.reset();
        last_key_.reset();
        tail_ = 0;
    }
    co_return Error{.code = ErrorCode::bad_response,
                    .operation = "walk " + settings_.spec.entity,
                    .subject = "the portal spells its answers now in one way, now in the other",
                    .hint = "the pass is tried again later"};
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
        error = cancelled_error("walk " + settings.spec.entity);
    }
    co_return pass.take_report(started, std::move(error));
}

}  // namespace carecloud
