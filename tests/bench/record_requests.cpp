#include "bench/api_bench.hpp"
#include "bench/api_site.hpp"
#include "bench/kept_connection.hpp"
#include "bench/measured_process.hpp"
#include "bench/table.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <thread>

namespace carecloud::bench {
namespace {

constexpr std::array<std::size_t, 2> kConnections{1, 16};

struct Served {
    std::vector<double> rate{};       // responses per second
    std::vector<double> server_us{};  // CPU per response, in the server
};

using TargetOf = std::function<std::string(std::size_t)>;

// One thread per connection, each with its share of the requests. Throws the first failure.
void request_all(std::uint16_t port, std::size_t connections, std::size_t requests, const TargetOf& target) {
    std::vector<std::thread> threads;
    std::vector<std::exception_ptr> failures(connections);
    for (std::size_t i = 0; i < connections; ++i) {
        threads.emplace_back([&, i] {
            try {
                KeptConnection connection(port);
                for (std::size_t n = i; n < requests; n += connections)
                    connection.get(target(n));
            } catch (const std::exception&) {
                failures[i] = std::current_exception();
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

void add_round(Served& served, const DaemonProcess& server, std::uint16_t port, std::size_t connections,
               std::size_t requests, const TargetOf& target) {
    const double before = server.cpu_seconds();
    const auto begun = std::chrono::steady_clock::now();
    request_all(port, connections, requests, target);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const auto count = static_cast<double>(requests);
    served.rate.push_back(count / took.count());
    served.server_us.push_back((server.cpu_seconds() - before) * 1e6 / count);
}

// In a different order from the store's.
std::vector<std::string> random_targets(const std::vector<std::string>& ids, std::size_t count) {
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::size_t> any(0, ids.size() - 1);
    std::vector<std::string> targets;
    targets.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        targets.push_back("/v1/records/claim_attendance/" + ids[any(random)]);
    return targets;
}

}  // namespace

void measure_record_requests(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                             const std::vector<std::string>& ids, const std::string& record) {
    const std::vector<std::string> targets = random_targets(ids, options.requests);
    const TargetOf of_daemon = [&](std::size_t n) { return targets[n]; };
    const TargetOf of_nginx = [](std::size_t) { return "/record.json"; };
    std::optional<FileServer> nginx;
    if (!options.nginx.empty()) nginx.emplace(options.nginx, record, site.file(""));
    std::array<Served, kConnections.size()> daemon_served;
    std::array<Served, kConnections.size()> nginx_served;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        for (std::size_t i = 0; i < kConnections.size(); ++i) {
            add_round(daemon_served[i], site.daemon(), site.port(), kConnections[i], options.requests,
                      of_daemon);
            if (nginx)
                add_round(nginx_served[i], nginx->process(), nginx->port(), kConnections[i], options.requests,
                          of_nginx);
        }
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    std::vector<std::vector<std::string>> rows{{"", "connections", "answers/s", "x of nginx", "CPU us each"}};
    for (std::size_t i = 0; i < kConnections.size(); ++i) {
        const std::string connections = std::to_string(kConnections[i]);
        rows.push_back({"daemon, records at random", connections, spread(daemon_served[i].rate),
                        spread(ratios(daemon_served[i].rate, nginx_served[i].rate)),
                        digits(median(daemon_served[i].server_us))});
        if (!nginx) continue;
        rows.push_back({"nginx, one file", connections, spread(nginx_served[i].rate), digits(1),
                        digits(median(nginx_served[i].server_us))});
    }
    print_table("single " + shape + " records of " + digits(static_cast<double>(record.size())) + " bytes",
                rows);
}

}  // namespace carecloud::bench
