// One life of the process: the product's engine on a virtual clock, between a portal and a store in memory. It ends
// like a killed process: nothing of it runs any more, and what was committed stays.
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

// What all lives of a world share. Outlives them.
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
    // Begins at `start`, which is the world's time, on a store that is its own; the engine's jitter goes by `seed`.
    Life(const LifeContext& context, MemoryOwnership owned, const StreamVariant& variant, Timestamp start,
         std::uint64_t seed);
    ~Life();
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    // One handler, or the next sleeper up to `limit`. False: nothing was left to do, and `limit` is now.
    bool step(Timestamp limit);
    Timestamp now() const { return world_time(clock_.now()); }
    // The engine is told to end; has_ended() says when it has.
    void stop();
    bool has_ended() const { return ended_; }
    // The engine ended by an exception that the world threw: the process ends, to be started again.
    bool has_crashed() const { return crashed_; }
    void shift_wall(Duration by) { clock_.shift_wall(by); }

    // What the endpoint does with a verified event: durable first, then the request for a pass. `answered` gets whether
    // the sender got its 200; it is not called where the life ends before.
    void receive(Event event, std::function<void(bool)> answered);

    // What the API does with a request for a bounded pass, and with one to cancel it. `on_saved` gets the id that the
    // store gave, if it took the request.
    void request_job(Job pass, std::function<void(std::uint64_t)> on_saved);
    void cancel(std::uint64_t id) { engine_.cancel_pass(id); }
    // A bounded pass of the stream is under way; empty: none is.
    void bounded(const std::string& stream) { watched_.bounded(stream); }
    // Since when the portal has asked for a long wait that goes on; none: it has not.
    std::optional<Timestamp> held_since() const { return watched_.held_since(); }

  private:
    // Destroying what waits is all that a killed process does with it.
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
