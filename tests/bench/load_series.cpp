#include "bench/load_series.hpp"

#include "bench/machine.hpp"
#include "portal/portal_edit.hpp"
#include "portal/records.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace carecloud::bench {
namespace {

constexpr std::uint64_t kRecords = 1000;
constexpr std::size_t kWarmUpEach = 4;  // messages per connection

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

namespace {

double milliseconds(std::chrono::nanoseconds span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

void check(const LoadReport& report) {
    if (report.acknowledged() == report.results.size()) return;
    const auto refused =
        std::find_if(report.results.begin(), report.results.end(),
                     [](const DeliveryResult& result) { return result.end != DeliveryEnd::delivered; });
    throw std::runtime_error(std::to_string(report.results.size() - report.acknowledged()) +
                             " messages were not acknowledged, the first by " +
                             std::to_string(refused->status) + " " + refused->error);
}

}  // namespace

void LoadSeries::add_round(PublisherLoad& load, const DaemonProcess& server, const Level& level) {
    check(load.send(level.warm_up, level.connections));
    const double server_before = server.cpu_seconds();
    const double first_before = server.first_thread_cpu_seconds();
    const double client_before = thread_cpu_seconds();
    const LoadReport report = load.send(level.measured, level.connections);
    const double client = thread_cpu_seconds() - client_before;
    const double first = server.first_thread_cpu_seconds() - first_before;
    const double whole = server.cpu_seconds() - server_before;
    check(report);
    const double seconds = std::chrono::duration<double>(report.elapsed).count();
    const double each_us = 1e6 / static_cast<double>(report.results.size());
    rate.push_back(report.acknowledged_per_second());
    p50_ms.push_back(milliseconds(report.latency_at(0.5)));
    p99_ms.push_back(milliseconds(report.latency_at(0.99)));
    server_us.push_back(whole * each_us);
    first_us.push_back(first * each_us);
    client_us.push_back(client * each_us);
    server_cores.push_back(first / seconds);
    client_cores.push_back(client / seconds);
}

}  // namespace carecloud::bench
