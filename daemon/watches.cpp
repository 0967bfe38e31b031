#include "watches.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kStoreEvery{2};
constexpr std::chrono::seconds kHealthEvery{5};
constexpr std::chrono::seconds kPruneEvery{5};
// Keys of the reasons that are logged only here.
constexpr std::array<std::string_view, 3> kLoggedReasons{"certificate", "disk", "unreadable"};

}  // namespace

Watches::Watches(const ServiceParts& parts, std::function<void(ExitCode)> exit)
    : parts_(parts),
      exit_(std::move(exit)),
      watchdog_alarm_(parts.process.clock.make_alarm()),
      store_alarm_(parts.process.clock.make_alarm()),
      health_alarm_(parts.process.clock.make_alarm()),
      prune_alarm_(parts.process.clock.make_alarm()) {}

Task<> Watches::feed_watchdog() {
    const std::optional<Duration> every = parts_.process.notify.watchdog_interval();
    if (!every) co_return;
    while (!stopped_) {
        // The writer's result is irrelevant, and an error is a result, too; only a missing one matters.
        auto asking = parts_.storage.handle.inbox().count_open();
        const auto answered = co_await std::move(asking);
        static_cast<void>(answered);
        const bool overdue = parts_.engine && parts_.engine->overdue();
        if (!overdue) parts_.process.notify.watchdog();
        const MonoTime next = parts_.process.clock.now() + *every;
        if (!stopped_) co_await watchdog_alarm_->wait_until(next);
    }
}

Task<> Watches::watch_store() {
    while (!stopped_) {
        const MonoTime next = parts_.process.clock.now() + kStoreEvery;
        co_await store_alarm_->wait_until(next);
        if (stopped_) break;
        auto checking = parts_.storage.handle.check_owned();
        const Result<> kept = co_await std::move(checking);
        if (kept || stopped_) continue;
        parts_.process.log.write(LogLevel::error, kept.error());
        parts_.process.health.degrade(Health::kOfStore, reason_of({}, kept.error()));
        exit_(exit_code_of(kept.error()));
        break;
    }
}

Task<> Watches::watch_health() {
    while (!stopped_) {
        auto checking = check_health();
        co_await std::move(checking);
        const MonoTime next = parts_.process.clock.now() + kHealthEvery;
        if (!stopped_) co_await health_alarm_->wait_until(next);
    }
}

// At a fixed pace: a store from which much is to be removed is as quick as any other.
Task<> Watches::prune_store() {
    while (!stopped_) {
        const MonoTime next = parts_.process.clock.now() + kPruneEvery;
        co_await prune_alarm_->wait_until(next);
        auto pruning = prune_slice();
        co_await std::move(pruning);
    }
}

Task<> Watches::prune_store_now() {
    for (bool more = true; more;) {
        auto pruning = prune_slice();
        more = co_await std::move(pruning);
    }
}

// False: nothing more is to be removed now.
Task<bool> Watches::prune_slice() {
    if (stopped_) co_return false;
    // A clock of this machine that is ahead must not make everything old: the portal's time is asked, too.
    const auto clocks = parts_.engine ? parts_.engine->clock() : std::nullopt;
    if (!clocks) co_return false;
    const Timestamp now = std::min(parts_.process.clock.wall(), clocks->trusted);
    auto pruning = parts_.storage.handle.prune(keep_limits(parts_.configuration(), now));
    const Result<PruneReport> report = co_await std::move(pruning);
    if (stopped_) co_return false;
    if (!report) {
        // The election reports that another daemon has taken over.
        if (report.error().code != ErrorCode::store_lost) parts_.process.pass_log.failed(report.error());
        co_return false;
    }
    pruned_ += *report;
    if (report->more) co_return true;
    const PruneReport sum = std::exchange(pruned_, {});
    if (sum.rows() > 0)
        parts_.process.log.write(LogLevel::info, "removed what store.keep does not keep",
                                 {{"VERSIONS", sum.versions},
                                  {"CORRECTIONS", sum.corrections},
                                  {"CHANGES", sum.changes},
                                  {"EVENTS", sum.events},
                                  {"BODIES", sum.bodies}});
    co_return false;
}

StreamFacts Watches::facts_of(const StreamSettings& stream) const {
    const Process& process = parts_.process;
    const std::string& entity = stream.spec.entity;
    StreamFacts facts{.entity = entity,
                      .configured_every = stream.poll_every,
                      .poll_every = stream.poll_every,
                      .explained = process.health.explains(entity)};
    if (const auto at = process.histories.metrics.current_at(entity))
        facts.behind_for = process.clock.now() - *at;
    if (const PassEntry* last = process.histories.passes.find(entity)) facts.last_error = last->report.error;
    if (!parts_.engine) return facts;
    if (const auto snapshot = parts_.engine->snapshot(entity)) {
        facts.poll_every = snapshot->poll_every;
        facts.stretched = snapshot->stretched;
    }
    return facts;
}

Task<> Watches::check_health() {
    Process& process = parts_.process;
    const std::string month = month_of(process.clock.wall());
    auto reading = parts_.storage.handle.reader().counts(month);
    const Result<StoreCounts> counts = co_await std::move(reading);
    // A store that is unreadable now may still be written to: the last counts stay.
    if (counts) doubted_ = counts->doubted;
    const bool fails =
        !counts && is_store_error(counts.error().code) && process.health.store_reasons().empty();
    ServiceFacts facts{.now = process.clock.wall(),
                       .doubted = doubted_,
                       .unreadable = fails ? std::optional(counts.error()) : std::nullopt,
                       .disk = parts_.storage.handle.use().disk,
                       .disk_warning = parts_.configuration().store.disk_warning,
                       .certificate_end = parts_.endpoint.certificate_end(),
                       .subscriptions = parts_.subscriptions()};
    if (const auto& sns = parts_.configuration().sns) facts.confirms = sns->confirm;
    if (parts_.cluster.stands_by()) {
        auto asking = check_first_passes();
        co_await std::move(asking);
    } else {
        for (const StreamSettings& stream : parts_.configuration().streams)
            facts.streams.push_back(facts_of(stream));
    }
    if (parts_.engine) facts.clock = parts_.engine->clock();
    ReasonMap found = judge(facts);
    log_worse(found);
    process.health.observe(std::move(found));
}

// The streams are those of the daemon that runs the engine, and its health's; whether the store was ever complete is
// everybody's concern.
Task<> Watches::check_first_passes() {
    auto reading = parts_.storage.handle.store().first_passes();
    const auto first_passes = co_await std::move(reading);
    if (first_passes) parts_.process.pass_log.recall_loaded(!first_passes->empty());
}

void Watches::log_worse(const ReasonMap& found) {
    for (const std::string_view key : kLoggedReasons) {
        const auto reason = found.find(key);
        const ServiceState now = reason == found.end() ? ServiceState::ok : reason->second.state;
        const ServiceState before = std::exchange(logged_[key], now);
        if (now > before)
            parts_.process.log.write(now == ServiceState::critical ? LogLevel::error : LogLevel::warn,
                                     sentence_with_remedy(reason->second));
    }
}

void Watches::stop() {
    stopped_ = true;
    for (Alarm* const alarm :
         {watchdog_alarm_.get(), store_alarm_.get(), health_alarm_.get(), prune_alarm_.get()})
        alarm->wake();
}

}  // namespace carecloud
