// A world with an engine that runs in it, and what it reports.
#pragma once

#include "sync/engine.hpp"
#include "unit/sync/world.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class Recorder : public Observer {
  public:
    void pass_ended(const PassReport& report) override { passes.push_back(report); }
    void backing_off(std::string_view, const Error&, Duration pause) override { pauses.push_back(pause); }
    void push_silent(std::string_view, bool silent) override { silences.push_back(silent); }
    void bounded_pass(const BoundedPass& pass) override { bounded.push_back(pass); }
    void failed(const Error& error) override { failures.push_back(error); }

    std::vector<PassReport> passes;
    std::vector<Duration> pauses;
    std::vector<bool> silences;
    std::vector<Error> failures;
    std::vector<BoundedPass> bounded;
};

struct EngineWorld : World {
    Engine& start(RateLimits rate = {.per_second = 1000, .burst = 1000},
                  std::vector<std::string> entities = {kEntity}) {
        EngineSettings engine_settings{.streams = {}, .rate = rate, .seed = 3};
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
    ReconcileRule reconcile;
    bool ended = false;
};

}  // namespace carecloud
