// Looks every few seconds at what nobody reports because it is no event (a stream that is behind, the quota, the disk,
// the certificate's end, what is doubted) and hands what is judged of it to the health. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "engine_slot.hpp"
#include "event_endpoint.hpp"
#include "runtime/configuration.hpp"
#include "store/reader.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"

#include <memory>

namespace carecloud {

// All of these outlive the watch; `configuration` and `engine` change by a reload, `engine` may be null.
struct WatchedParts {
    const Configuration& configuration;
    const EngineSlot& engine;
    const Histories& books;
    const EventEndpoint& endpoint;
    Reader& reader;
};

class HealthWatch {
  public:
    HealthWatch(Clock& clock, Health& health, const WatchedParts& parts)
        : clock_(clock), health_(health), parts_(parts), alarm_(clock.make_alarm()) {}

    // Until stop().
    Task<> run();
    void stop();

  private:
    Task<> look();
    StreamFacts facts_of(const StreamSettings& stream) const;

    Clock& clock_;
    Health& health_;
    WatchedParts parts_;
    std::unique_ptr<Alarm> alarm_;
    std::uint64_t doubted_ = 0;  // as last counted
    bool stopped_ = false;
};

}  // namespace carecloud
