// The parts that the objects of a running service share. A reload changes `settings` and `engine`. I/O thread only.
#pragma once

#include "cluster.hpp"
#include "event_endpoint.hpp"
#include "process.hpp"
#include "settings.hpp"

#include <string>
#include <vector>

namespace carecloud {

// All must outlive every holder of this.
struct ServiceParts {
    Process& process;
    Storage& storage;
    CurrentSettings& settings;
    EngineSlot& engine;
    Cluster& cluster;
    EventEndpoint& endpoint;

    const Configuration& configuration() const { return settings.now.configuration; }
    // The subscriptions of the configured topics.
    std::vector<Subscription> subscriptions() const {
        std::vector<Subscription> all;
        if (!configuration().sns) return all;
        for (const std::string& topic : configuration().sns->topic_arns)
            all.push_back(storage.subscriptions.find(topic));
        return all;
    }
};

}  // namespace carecloud
