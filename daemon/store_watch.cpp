#include "store_watch.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kLookEvery{2};

}  // namespace

StoreWatch::StoreWatch(Clock& clock, SqliteStore& store, Log& log, Health& health,
                       std::function<void(ExitCode)> exit)
    : clock_(clock),
      store_(store),
      log_(log),
      health_(health),
      exit_(std::move(exit)),
      alarm_(clock.make_alarm()) {}

Task<> StoreWatch::run() {
    while (!stopped_) {
        const MonoTime next_look = clock_.now() + kLookEvery;
        co_await alarm_->wait_until(next_look);
        if (stopped_) break;
        auto looking = store_.in_place();
        const Result<> kept = co_await std::move(looking);
        if (kept || stopped_) continue;
        log_.write(LogLevel::error, kept.error());
        health_.degrade(Health::kOfStore, reason_of({}, kept.error()));
        exit_(exit_code_of(kept.error()));
        break;
    }
}

void StoreWatch::stop() {
    stopped_ = true;
    alarm_->wake();
}

}  // namespace carecloud
