#include "sync/stream/wide_load.hpp"

#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/walk/all_of.hpp"
#include "sync/walk/observer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace carecloud {
namespace {

// Progress is reported this often.
constexpr Duration kReportEvery = std::chrono::seconds(10);
// A page with this many records may be followed by more, whatever Take was: the portal may have its own limit.
constexpr std::size_t kFullPage = 50;
// After this many full pages of new records a walk is long; a first load after one.
constexpr std::size_t kPagesBeforeWide = 4;
// A load does not wait for a portal that answers faster than this.
constexpr Duration kWorthLanes = std::chrono::milliseconds(20);

}  // namespace

std::function<Task<Result<>>()> request_of_whole(PassContext context, std::string stream) {
    if (!context.whole_due) return {};
    return [due = context.whole_due, stream = std::move(stream)] {
        return due->request(stream, WholeDue::kWentBack);
    };
}

bool LongWalk::continues(const Dialect& dialect, const Page& page, std::size_t take, Reading reading) {
    if (page.asked.received - page.asked.sent < kWorthLanes) return false;
    if (reading != Reading::full || page.records.empty() || page.record_count() < std::min(take, kFullPage))
        return false;
    if (cursor_ && compare_keys(dialect, page.records.back(), *cursor_) <= 0) return false;
    return ++full_pages_ >= (cursor_ ? kPagesBeforeWide : 1);
}

bool WideLoad::is_possible(const PassContext& context, const Dialect& dialect) {
    return context.lanes.most() > 1 && dialect.keyset;
}

// One range at a time. Its own committer, since records met for the first time are those of its own walk.
class WideLoad::Lane final : public SharedRow {
  public:
    explicit Lane(WideLoad& load)
        : committer(load.context_, load.settings_.overlap),
          pages(load.context_.store, load.settings_.spec, load.memory_, load.fetcher_, committer),
          load_(load) {
        committer.open(load.state_);
        committer.share(load.turn_, *this);
        committer.when_odd(request_of_whole(load.context_, load.settings_.spec.entity));
    }

    // Without the progress of other lanes that is being committed.
    StreamState next() override {
        RangePlan after = load_.plan_;
        after.advance(range, progress);
        return load_.state_after(after);
    }

    void committed(const StreamState& state) override {
        load_.plan_.advance(range, progress);
        load_.state_ = state;
    }

    Committer committer;
    Paginator pages;
    int range = 0;
    RangeProgress progress{};
    bool sure = false;  // that the next empty response is the end: one may be empty by mistake (hazard 21)

  private:
    WideLoad& load_;
};

WideLoad::WideLoad(PassContext context, const PassSettings& settings, StreamMemory& memory, StreamState state,
                   const Dialect& dialect, RangePlan plan, std::optional<std::string> until)
    : context_(context),
      settings_(settings),
      memory_(memory),
      state_(std::move(state)),
      dialect_(dialect),
      plan_(std::move(plan)),
      until_(std::move(until)),
      fetcher_(context.clock, context.portal, context.limiter, context.random, context.time, settings.pauses,
               RequestRank::wide, &context.lanes) {
    for (std::size_t i = 0; i < context_.lanes.most(); ++i)
        lanes_.push_back(std::make_unique<Lane>(*this));
}

WideLoad::~WideLoad() {
    memory_.load.reset();
}

CommitSummary WideLoad::summary() const {
    CommitSummary all;
    for (const auto& lane : lanes_)
        all += lane->committer.summary();
    return all;
}

void WideLoad::fail(Error error) {
    if (!error_) error_ = std::move(error);
    changed_.wake_all();
}

StreamState WideLoad::state_after(const RangePlan& plan) const {
    const Reached reached{.key = plan.cursor(), .end = plan.is_done()};
    StreamState after = advance(state_, dialect_, reached, plan.asked_at() - settings_.overlap);
    after.dialect = dialect_.to_json();
    after.portal_time = context_.portal_now();
    after.ranges = plan.to_json(dialect_);
    ensure_step(state_, after, dialect_, furthest_limit_);
    return after;
}

RangeProgress WideLoad::progress_of(const Page& page, Timestamp asked_at, int range) {
    const Timestamp limit = context_.time.cursor_limit(PortalTime::local_time(context_.clock));
    furthest_limit_ = std::max(furthest_limit_, limit);
    RangeProgress progress{.settled = last_settleable(page.records, limit),
                           .done = page.record_count() == 0,
                           .density = density_of(page)};
    // What is certain depends on what was met.
    if (progress.settled) memory_.note_newest(progress.settled->modified, context_.clock.now());
    progress.asked_at = memory_.certain(asked_at, context_.time, context_.clock.now());
    if (page.records.empty()) return progress;
    const Record& last = page.records.back();
    progress.position = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
    // A page that reaches beyond the range is the proof of its end: the order has no gap.
    const std::string& before = plan_.range(range).before;
    if (before.empty()) return progress;
    const Timestamp end = Timestamp::parse(before).value_or(Timestamp{});
    progress.done = compare_modified(dialect_, last.modified_text, last.modified, before, end) >= 0;
    return progress;
}

void WideLoad::note(const Page& page) {
    ++pages_;
    for (const InvalidRecord& invalid : page.invalid)
        invalid_.insert(invalid.id);
    LoadProgress& load = *memory_.load;
    load.records += page.record_count();
    const MonoTime now = context_.clock.now();
    if (!context_.observer || now - load.reported < kReportEvery) return;
    load.reported = now;
    context_.observer->loading(settings_.spec.entity, load.at(now));
}

// One page. False: the lane must look for another range.
Task<Result<bool>> WideLoad::step(Lane& lane, Walk& walk) {
    auto freed = context_.lanes.until_free();
    co_await std::move(freed);
    const Lanes::Turn turn(context_.lanes);
    if (is_over()) co_return false;
    std::optional<Cursor> met_to = walk.met_to();
    CO_TRY_ASSIGN(auto answer, lane.pages.fetch_at(walk));
    const PagePtr page = std::move(answer.page);
    changed_.wake_all();  // while it is stored, another lane may fetch
    if (!settings_.dialect && page->spelling != dialect_.spelling) {
        new_shape_ = true;
        changed_.wake_all();
        co_return false;
    }
    const std::size_t count = page->record_count();
    if (count == 0 && !std::exchange(lane.sure, true)) co_return true;
    auto moved = walk.take_page(*page, answer.take);
    if (!moved) co_return moved.error();
    dialect_.cap = std::max(dialect_.cap, walk.dialect().cap);
    lane.progress = progress_of(*page, answer.asked_at, lane.range);
    lane.committer.meets_beyond(dialect_, std::move(met_to), *memory_.configured_at);
    // Committer::commit() replaces the state by Lane::next() when its turn has come.
    CO_TRY_ASSIGN(auto stored, lane.pages.store(page, answer.projection, dialect_, state_, walk.unmet()));
    walk.stored(stored, count);
    note(*page);
    lane.sure = walk.was_short();
    changed_.wake_all();
    co_return !lane.progress.done;
}

Task<Result<>> WideLoad::walk(Lane& lane) {
    WalkPlan planned = plan_range(plan_.range(lane.range));
    planned.until = until_;
    const WalkPtr walk = make_walk(dialect_, std::move(planned));
    lane.sure = false;
    for (bool more = true; more && !is_over();) {
        CO_TRY_ASSIGN(more, step(lane, *walk));
    }
    co_return Result<>{};
}

std::optional<int> WideLoad::next_range() {
    if (const auto idle = plan_.take_idle()) return idle;
    // Each further range costs a part of a page: none while the rate is what the load waits for.
    if (!newest_ || !context_.lanes.has_free() || context_.limiter.is_rate_short()) return std::nullopt;
    return plan_.halve_longest({.dialect = dialect_, .newest = *newest_, .page_size = memory_.whole.take()});
}

Task<> WideLoad::take_turns(Lane& lane) {
    while (!is_over()) {
        const auto next = next_range();
        if (!next) {
            auto waiting = changed_.wait(context_.clock);
            co_await std::move(waiting);
            continue;
        }
        lane.range = *next;
        auto walking = walk(lane);
        const Result<> walked = co_await std::move(walking);
        plan_.give_back(lane.range);
        if (!walked) fail(walked.error());
        changed_.wake_all();
    }
}

// The last record, and how many there are after the finished part: to halve ranges by, and to show progress.
Task<Result<>> WideLoad::look_ahead() {
    const Range& first = plan_.ranges().front();
    const std::string from = first.position ? first.position->modified_text : first.from;
    Query query{.spec = &settings_.spec,
                .where = where::modified(dialect_, "$gte", from),
                .projection = Projection::keys,
                .take = 1,
                .total = true,
                .order = Order::newest_first};
    auto asking = fetcher_.ask(std::move(query));
    const Result<PagePtr> answer = co_await std::move(asking);
    if (!answer && !is_of_the_question(answer.error().code)) co_return answer.error();
    // If the portal refuses this order, or shows nothing: no record is assumed to be later than its time.
    newest_ = context_.portal_now() + kClockTolerance;
    changed_.wake_all();
    if (!answer || (*answer)->records.empty()) co_return Result<>{};
    newest_ = std::min(*newest_, (*answer)->records.front().modified);
    if (const auto total = (*answer)->total) {
        CO_TRY_ASSIGN(auto held, context_.store.count_live(settings_.spec.entity, from));
        memory_.load->expected = *total - std::min(*total, held);
    }
    co_return Result<>{};
}

Task<> WideLoad::look_ahead_or_fail() {
    auto looking = look_ahead();
    const Result<> looked = co_await std::move(looking);
    if (!looked) fail(looked.error());
}

Task<Result<bool>> WideLoad::run() {
    memory_.load = LoadProgress{.began = context_.clock.now(), .reported = context_.clock.now()};
    if (memory_.load_begins) memory_.load_begins();
    std::vector<Task<>> tasks;
    tasks.reserve(lanes_.size() + 1);
    tasks.push_back(look_ahead_or_fail());
    for (const auto& lane : lanes_)
        tasks.push_back(take_turns(*lane));
    auto running = all_or_none(context_.clock.executor(), std::move(tasks));
    co_await std::move(running);
    if (error_) co_return *error_;
    co_return new_shape_;
}

RangePlan plan_rest(PassContext context, const StreamMemory& memory, const Page& page, Timestamp began) {
    context.lanes.limit().answered_alone(page.asked.received - page.asked.sent, page.size);
    const Record& last = page.records.back();
    return RangePlan::from(Cursor{std::string(last.modified_text), last.modified, std::string(last.id)},
                           memory.certain(began, context.time, context.clock.now()), density_of(page));
}

Task<Result<bool>> load_wide(PassContext context, const PassSettings& settings, StreamMemory& memory,
                             Committer& committer, Dialect& dialect, RangePlan plan,
                             std::optional<std::string> until, WideCost& cost) {
    WideLoad load(context, settings, memory, committer.state(), dialect, std::move(plan), std::move(until));
    const auto adopt = [&] {
        committer.adopt(load.state(), load.summary());
        dialect = load.dialect();
        cost.pages += load.pages();
        cost.requests += load.requests();
        cost.invalid += load.invalid();
    };
    Result<bool> loaded = false;
    try {
        auto loading = load.run();
        loaded = co_await std::move(loading);
    } catch (const std::exception&) {
        adopt();
        throw;
    }
    adopt();
    co_return loaded;
}

Task<Result<>> check_count(PassContext context, Fetcher& fetcher, Dialect dialect, StreamState state,
                           const PassSettings& settings, std::size_t invalid) {
    if (!context.whole_due || !state.safe || !dialect.lt) co_return Result<>{};
    const std::string& stream = settings.spec.entity;
    const std::string safe = state.safe->modified_text;
    Query query{.spec = &settings.spec,
                .where = where::modified(dialect, "$lt", safe),
                .projection = Projection::keys,
                .take = 1,
                .total = true};
    CO_TRY_ASSIGN(auto answer, fetcher.ask(std::move(query)));
    if (!answer->total) co_return Result<>{};
    CO_TRY_ASSIGN(auto all, context.store.count_live(stream, ""));
    CO_TRY_ASSIGN(auto young, context.store.count_live(stream, safe));
    if (*answer->total <= all - std::min(all, young) + invalid) co_return Result<>{};
    co_return co_await context.whole_due->request(stream, WholeDue::kCountDiffers);
}

}  // namespace carecloud
