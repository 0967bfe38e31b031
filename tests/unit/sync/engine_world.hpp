// A world with a running engine, and its reports.
#pragma once

#include "sync/engine.hpp"
#include "unit/sync/world.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

class Recorder : public Observer {
  public:
    void request_failed(std::string_view stream, const Error& error) override {
        first_failures.emplace_back(stream, error);
    }
    void pass_ended(const PassReport& report) override { passes.push_back(report); }
    void loading(std::string_view, const LoadSnapshot& load) override { loads.push_back(load); }
    void backing_off(const PassReport&, Duration pause) override { pauses.push_back(pause); }
    void push_silent(std::string_view, bool silent) override { silences.push_back(silent); }
    void polls_stretched(std::string_view, std::optional<Duration> every) override {
        stretches.push_back(every);
    }
    void bounded_pass(const Job& pass) override { bounded.push_back(pass); }
    void clocks(const ClockReport& report) override { clock_news.push_back(report); }
    void failed(const Error& error) override { failures.push_back(error); }

    std::vector<std::pair<std::string, Error>> first_failures;
    std::vector<PassReport> passes;
    std::vector<LoadSnapshot> loads;
    std::vector<Duration> pauses;
    std::vector<bool> silences;
    std::vector<std::optional<Duration>> stretches;
    std::vector<Error> failures;
    std::vector<Job> bounded;
    std::vector<ClockReport> clock_news;
};

struct EngineWorld : World {
    Engine& start(RateLimits rate = {.per_second = 1000, .burst = 1000},
                  std::vector<std::string> entities = {kEntity},
                  std::optional<PortalHold> hold = std::nullopt) {
        EngineSettings engine_settings{.streams = {},
                                       .rate = rate,
                                       .seed = 3,
                                       .hold = std::move(hold),
                                       .push = push,
                                       .lanes = engine_lanes};
        for (const std::string& entity : entities) {
            EngineStream stream{
                .pass = settings, .poll_every = poll_every, .announced = announced, .reconcile = reconcile};
            stream.pass.spec.entity = entity;
            engine_settings.streams.push_back(stream);
        }
        engine = std::make_unique<Engine>(clock, portal, *store, inbox, engine_settings, recorder);
        boost::asio::co_spawn(io, engine->run(), [this](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
            ended = true;
        });
        return *engine;
    }
    // Stores an operator's request for a pass, before the engine is notified of it.
    std::uint64_t write_down(Job pass) {
        pass.stream = kEntity;
        std::optional<std::uint64_t> id;
        boost::asio::co_spawn(io, store->save_pass(std::move(pass)),
                              [&](std::exception_ptr thrown, Result<std::uint64_t> saved) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  id = saved.value();
                              });
        REQUIRE(clock.run_until([&] { return id.has_value(); }));
        return *id;
    }
    std::uint64_t request_job(Job pass) {
        const std::uint64_t id = write_down(std::move(pass));
        if (engine) engine->pass_requested();
        return id;
    }
    const Job& row(std::uint64_t id) const { return tables().passes.at(id); }
    void stop_engine() {
        engine->stop();
        REQUIRE(clock.run_until([&] { return ended; }));
        ended = false;
    }
    ~EngineWorld() {
        if (engine && !ended) {
            engine->stop();
            clock.run_until([&] { return ended; });
        }
    }

    Recorder recorder;
    std::unique_ptr<Engine> engine;
    Duration poll_every = std::chrono::minutes(5);
    bool announced = false;
    std::size_t engine_lanes = LaneLimit::kDefault;
    std::map<std::string, PushWatch> push{};  // from the previous engine
    ReconcileRule reconcile;
    bool ended = false;
};

}  // namespace carecloud
