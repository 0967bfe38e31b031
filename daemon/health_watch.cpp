#include "health_watch.hpp"

#include "runtime/machine_use.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kObserveEvery{5};

}  // namespace

Task<> HealthWatch::run() {
    while (!stopped_) {
        co_await look();
        const MonoTime next_look = clock_.now() + kObserveEvery;
        if (!stopped_) co_await alarm_->wait_until(next_look);
    }
}

StreamFacts HealthWatch::facts_of(const StreamSettings& stream) const {
    const std::string& entity = stream.spec.entity;
    StreamFacts facts{.entity = entity,
                      .configured_every = stream.poll_every,
                      .poll_every = stream.poll_every,
                      .explained = health_.explains(entity)};
    if (const auto at = parts_.books.metrics.current_at(entity)) facts.behind_for = clock_.now() - *at;
    if (const PassEntry* last = parts_.books.passes.find(entity)) facts.last_error = last->report.error;
    if (!parts_.engine) return facts;
    if (const auto snapshot = parts_.engine->snapshot(entity)) {
        facts.poll_every = snapshot->poll_every;
        facts.stretched = snapshot->stretched;
    }
    return facts;
}

Task<> HealthWatch::look() {
    const std::string month = month_of(clock_.wall());
    auto reading = parts_.reader.counts(month);
    const Result<StoreCounts> counts = co_await std::move(reading);
    // A store that cannot be read now may still be written to: what was counted last stays.
    if (counts) doubted_ = counts->doubted;
    const bool fails = !counts && is_store_error(counts.error().code) && health_.store_reasons().empty();
    ServiceFacts facts{.now = clock_.wall(),
                       .doubted = doubted_,
                       .unreadable = fails ? std::optional(counts.error()) : std::nullopt,
                       .disk = disk_use(parts_.configuration.store.sqlite_path),
                       .certificate_end = parts_.endpoint.certificate_end()};
    for (const StreamSettings& stream : parts_.configuration.streams)
        facts.streams.push_back(facts_of(stream));
    if (parts_.engine) facts.clock = parts_.engine->clock();
    health_.observe(judge(facts));
}

void HealthWatch::stop() {
    stopped_ = true;
    alarm_->wake();
}

}  // namespace carecloud
