#include "bench/load_series.hpp"

#include "bench/cpu_time.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace carecloud::bench {
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
