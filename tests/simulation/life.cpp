#include "simulation/life.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {

RateLimits rate_of(const WorldPlan& plan, const StreamVariant& variant) {
    return {
        .per_second = variant.per_second, .burst = variant.burst, .monthly_quota = plan.rate.monthly_quota};
}

namespace {

EngineSettings engine_settings(const WorldPlan& plan, const StreamVariant& variant, std::uint64_t seed) {
    EngineSettings settings{.streams = {}, .rate = rate_of(plan, variant), .seed = seed};
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
      clock_(io_, start),
      portal_(clock_, context.model),
      watched_(
          portal_, context.requests, [this] { return now(); }, context.broken),
      store_(context.store, clock_),
      inbox_(context.inbox, clock_, context.store),
      engine_(clock_, watched_, store_, inbox_, engine_settings(context.plan, variant, seed),
              context.observer) {
    clock_.on_advance([this, &model = context.model](Timestamp) { model.set_now(now()); });
    portal_.set_latency(context.plan.latency);
    portal_.set_fault_hook([this, &weather = context.weather](const SeenRequest& request) {
        portal_.forget_requests();
        return weather.portal_fault(request, now());
    });
    portal_.set_answer_hook([&weather = context.weather](const SeenRequest& request, std::string& body) {
        weather.spoil(request, body);
    });
    const StoreFaultHook store_fault = [this, &weather = context.weather](std::string_view operation) {
        return weather.store_fault(operation, now());
    };
    store_.set_fault_hook(store_fault);
    inbox_.set_fault_hook(store_fault);
    boost::asio::co_spawn(io_, engine_.run(), [this, broken = context.broken](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
        if (!stopping_) broken("the engine ended by itself");
        ended_ = true;
    });
}

Life::~Life() {
    io_.kill();
}

bool Life::step(Timestamp limit) {
    return clock_.step(MonoTime{Duration((limit.ticks - start_.ticks) * 100)});
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
            if (thrown) std::rethrow_exception(thrown);
            if (received && *received) {
                engine_.nudge(stream);
                passes_.wished(stream, now());
            }
            answered(received.has_value());
        });
}

void Life::wish(BoundedPass pass, std::function<void(std::uint64_t)> told) {
    boost::asio::co_spawn(
        io_, store_.save_pass(std::move(pass)),
        [this, told = std::move(told)](std::exception_ptr thrown, Result<std::uint64_t> id) {
            if (thrown) std::rethrow_exception(thrown);
            engine_.pass_wished();
            if (id) told(*id);
        });
}

}  // namespace carecloud
