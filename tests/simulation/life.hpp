// A life is one run of the process: the product's engine on a virtual clock, between a portal and a store in memory. It
// ends like a killed process: nothing of it runs any more, and the committed state stays.
#pragma once

#include "simulation/pass_watch.hpp"
#include "simulation/watched_portal.hpp"
#include "simulation/weather.hpp"
#include "simulation/world_settings.hpp"
#include "support/memory_inbox/memory_inbox.hpp"
#include "support/memory_store/memory_store.hpp"
#include "support/virtual/memory_portal.hpp"
#include "support/virtual/virtual_clock.hpp"
#include "sync/engine.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// Shared by all lives of a world; must outlive them.
struct LifeContext {
    PortalModel& model;
    std::shared_ptr<MemoryStoreContent> store;
    std::shared_ptr<MemoryInboxContent> inbox;
    Weather& weather;
    RequestMeter& requests;
    PassWatch& passes;
    const WorldPlan& plan;
    Observer& observer;
    std::function<void(const std::string&)> broken;
};

// The limits of a life with these settings.
RateLimits rate_of(const WorldPlan& plan, const StreamVariant& variant);

class Life {
  public:
    // Begins at `start`, which is the world's time, on its own store; `seed` determines the engine's jitter.
    Life(const LifeContext& context, MemoryOwnership owned, const StreamVariant& variant, Timestamp start,
         std::uint64_t seed);
    ~Life();
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    // Runs one handler, or advances the clock to the next sleeper, up to `limit`. False: nothing was left to do, and
    // the time is `limit`.
    bool step(Timestamp limit);
    Timestamp now() const { return world_time(clock_.now()); }
    // Stops the engine; has_ended() returns true when it has ended.
    void stop();
    bool has_ended() const { return ended_; }
    // The engine ended by an exception that the world threw: the process ends and is restarted.
    bool has_crashed() const { return crashed_; }
    void shift_wall(Duration by) { clock_.shift_wall(by); }

    // The endpoint's handling of a verified event: durable first, then the request for a pass. `answered` is called
    // with whether the sender got its 200; it is not called if the life ends before.
    void receive(Event event, std::function<void(bool)> answered);

    // The API's handling of a request for a bounded pass, and of one to cancel it. `on_saved` gets the id from the
    // store, if the request was accepted.
    void request_job(Job pass, std::function<void(std::uint64_t)> on_saved);
    void cancel(std::uint64_t id) { engine_.cancel_pass(id); }
    // The stream has a running bounded pass; empty: no stream has one.
    void bounded(const std::string& stream) { watched_.bounded(stream); }
    // When the portal requested the long wait that is still active; std::nullopt: there is none.
    std::optional<Timestamp> held_since() const { return watched_.held_since(); }

  private:
    // Like a killed process: pending handlers are destroyed, not called.
    struct Context : boost::asio::io_context {
        Context() : io_context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {}
        void kill() { shutdown(); }
    };

    void set_hooks(const LifeContext& context);
    void ended(const std::exception_ptr& thrown, const std::function<void(const std::string&)>& broken);
    Timestamp world_time(MonoTime at) const { return start_ + at.since_origin; }

    MemoryOwnership owned_;
    Timestamp start_;
    PassWatch& passes_;
    Context io_;
    VirtualClock clock_;
    MemoryPortal portal_;
    WatchedPortal watched_;
    MemoryStore store_;
    MemoryInbox inbox_;
    Engine engine_;
    bool stopping_ = false;
    bool ended_ = false;
    bool crashed_ = false;
};

}  // namespace carecloud
