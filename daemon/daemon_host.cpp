#include "daemon_host.hpp"

namespace carecloud {

std::vector<std::string> DaemonHost::entities() const {
    std::vector<std::string> entities;
    entities.reserve(configuration_.streams.size());
    for (const StreamSettings& stream : configuration_.streams)
        entities.push_back(stream.spec.entity);
    return entities;
}

}  // namespace carecloud
