#include "bench/load_messages.hpp"

#include "portal/portal_edit.hpp"
#include "portal/records.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace carecloud::bench {
namespace {

constexpr std::uint64_t kRecords = 1000;
constexpr std::size_t kWarmUpEach = 4;  // messages over each connection

std::vector<PublishedEvent> events_of(std::size_t count, bool held) {
    const RecordOptions records;
    std::vector<PublishedEvent> events;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t record = i % kRecords;
        events.push_back({.id = record_id(records, record),
                          .workspace_id = held ? records.workspace_id : std::string(24, '0'),
                          .bucket_id = records.bucket_id,
                          .event_time = record_modified(records, record).to_string()});
    }
    return events;
}

}  // namespace

std::unique_ptr<PortalServer> start_publisher() {
    auto portal = PortalServer::open({.sns = PortalSns{}});
    if (!portal) throw std::runtime_error(portal.error().message());
    Result<> filled;
    (*portal)->with_service(
        [&](PortalService& service) { filled = fill(service.model(), RecordOptions{}, kRecords); });
    if (!filled) throw std::runtime_error(filled.error().message());
    (*portal)->start();
    return std::move(*portal);
}

std::vector<Level> sign_levels(const PortalServer& portal, std::size_t messages, bool held) {
    const MessageSeal seal{.identity = portal.sns_identity(), .base_url = portal.sns_url()};
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    std::vector<Level> levels{{.connections = 1}, {.connections = 16}, {.connections = 64}};
    for (Level& level : levels) {
        const std::size_t share = level.connections == 1 ? 8 : level.connections == 16 ? 2 : 1;
        const std::size_t count = std::max<std::size_t>(1, messages / share);
        level.warm_up =
            sign_load(seal, kPublisherTopic, events_of(kWarmUpEach * level.connections, held), threads);
        level.measured = sign_load(seal, kPublisherTopic, events_of(count, held), threads);
    }
    return levels;
}

}  // namespace carecloud::bench
