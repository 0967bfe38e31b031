// What the objects of a running service use together. A reload changes `settings` and `engine`. I/O thread alone.
#pragma once

#include "event_endpoint.hpp"
#include "process.hpp"
#include "settings.hpp"

namespace carecloud {

// All of these outlive whoever holds this.
struct ServiceParts {
    Process& process;
    Storage& storage;
    CurrentSettings& settings;
    EngineSlot& engine;
    EventEndpoint& endpoint;

    const Configuration& configuration() const { return settings.now.configuration; }
};

}  // namespace carecloud
