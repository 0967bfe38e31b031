#include "simulation/life.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/multiple_exceptions.hpp>

namespace carecloud {

RateLimits rate_of(const WorldPlan& plan, const StreamVariant& variant) {
    return {
        .per_second = variant.per_second, .burst = variant.burst, .monthly_quota = plan.rate.monthly_quota};
}

namespace {

std::string words_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return error.what();
    }
}

// Thrown by the world: one exception, or several at once.
bool is_simulated(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const SimulatedFault&) {
        return true;
    } catch (const boost::asio::multiple_exceptions& several) {
        return is_simulated(several.first_exception());
    } catch (const std::exception&) {
        return false;
    }
}

EngineSettings engine_settings(const WorldPlan& plan, const StreamVariant& variant, std::uint64_t seed) {
    EngineSettings settings{.streams = {}, .rate = rate_of(plan, variant), .seed = seed, .lanes = plan.lanes};
    for (const std::string& entity : plan.entities) {
        const StreamSpec spec{.entity = entity,
                              .workspace_id = "w",
                              .bucket_id = "b",
                              .filter = variant.filter,
                              .fields = variant.fields};
        settings.streams.push_back(
            {.pass = {.spec = spec, .overlap = variant.overlap, .page_size = variant.page_size},
             .poll_every = variant.poll_every,
             .announced = true,
             .reconcile = variant.reconcile});
    }
    return settings;
}

}  // namespace

Life::Life(const LifeContext& context, MemoryOwnership owned, const StreamVariant& variant, Timestamp start,
           std::uint64_t seed)
    : owned_(std::move(owned)),
      start_(start),
      passes_(context.passes),
      clock_(io_, start, context.plan.local_ahead),
      portal_(clock_, context.model),
      watched_(
          portal_, context.requests, [this] { return now(); }, context.broken),
      store_(context.store, clock_),
      inbox_(context.inbox, clock_, context.store),
      engine_(clock_, watched_, store_, inbox_, engine_settings(context.plan, variant, seed),
              context.observer) {
    set_hooks(context);
    boost::asio::co_spawn(io_, engine_.run(), [this, broken = context.broken](std::exception_ptr thrown) {
        ended(thrown, broken);
    });
}

void Life::set_hooks(const LifeContext& context) {
    watched_.lanes(context.plan.lanes);
    watched_.on_release([this] { passes_.forgiven(now()); });
    clock_.on_advance([this, &model = context.model](Timestamp) { model.set_now(now()); });
    portal_.set_latency(context.plan.latency);
    portal_.set_fault_hook([this, &weather = context.weather](const SeenRequest& request) {
        portal_.forget_requests();
        return weather.portal_fault(request, now());
    });
    portal_.set_answer_hook([&weather = context.weather](const SeenRequest& request, std::string& body) {
        weather.spoil(request, body);
    });
    portal_.set_source_hook([this, &weather = context.weather](const SeenRequest& request) {
        return weather.other_answer(request, now());
    });
    portal_.set_date_hook(
        [this, &weather = context.weather](Timestamp right) { return weather.date(right, clock_.wall()); });
    clock_.on_wake([this, &weather = context.weather] { weather.disturb_sleep(now()); });
    const StoreFaultHook store_fault = [this, &weather = context.weather](std::string_view operation) {
        return weather.store_fault(operation, now());
    };
    store_.set_fault_hook(store_fault);
    inbox_.set_fault_hook(store_fault);
}

void Life::ended(const std::exception_ptr& thrown, const std::function<void(const std::string&)>& broken) {
    ended_ = true;
    if (!thrown) {
        if (!stopping_) broken("the engine ended unexpectedly");
        return;
    }
    if (!is_simulated(thrown)) broken("the engine threw an exception: " + words_of(thrown));
    crashed_ = true;
}

Life::~Life() {
    io_.kill();
}

bool Life::step(Timestamp limit) {
    return clock_.step(MonoTime{limit - start_});
}

void Life::stop() {
    stopping_ = true;
    engine_.stop();
}

void Life::receive(Event event, std::function<void(bool)> answered) {
    const std::string stream = event.stream.value_or("");
    boost::asio::co_spawn(
        io_, inbox_.receive(std::move(event)),
        [this, stream, answered = std::move(answered)](std::exception_ptr thrown, Result<bool> received) {
            if (thrown && is_simulated(thrown)) return answered(false);
            if (thrown) std::rethrow_exception(thrown);
            if (received && *received) {
                engine_.nudge(stream);
                passes_.requested(stream, now());
            }
            answered(received.has_value());
        });
}

void Life::request_job(Job pass, std::function<void(std::uint64_t)> on_saved) {
    boost::asio::co_spawn(
        io_, store_.save_pass(std::move(pass)),
        [this, on_saved = std::move(on_saved)](std::exception_ptr thrown, Result<std::uint64_t> id) {
            if (thrown && is_simulated(thrown)) return;
            if (thrown) std::rethrow_exception(thrown);
            engine_.pass_requested();
            if (id) on_saved(*id);
        });
}

}  // namespace carecloud
