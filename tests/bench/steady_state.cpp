#include "bench/contenders.hpp"
#include "bench/daemon_process.hpp"
#include "bench/in_process.hpp"
#include "bench/machine.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"

#include <chrono>
#include <filesystem>
#include <stdexcept>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kIdlePasses = 2000;
constexpr int kWaitSeconds = 300;
// Longer than a store waits before it releases memory (SqliteSettings::quiet_after).
constexpr const char* kIdlePollEvery = "4s";
// Includes the whole dataset.
constexpr Duration kHoldsAll = 24h * 365 * 50;

using Rows = std::vector<std::vector<std::string>>;

std::string fresh(const std::string& folder, const std::string& name) {
    std::string made = folder + "/" + name;
    fs::remove_all(made);
    fs::create_directory(made);
    return made;
}

void add_idle(Rows& rows, InProcess& product, CannedServer& server) {
    const std::uint64_t requests = server.counts().requests;
    const std::size_t commits = product.commits();
    const double cpu = process_cpu_seconds();
    for (std::size_t i = 0; i < kIdlePasses; ++i)
        product.pass();
    const double each = (process_cpu_seconds() - cpu) * 1e3 / static_cast<double>(kIdlePasses);
    const auto asked = static_cast<double>(server.counts().requests - requests);
    rows.push_back({"idle pass: CPU ms (of " + std::to_string(kIdlePasses) + ")", digits(each), "< 1"});
    rows.push_back({"idle pass: requests", digits(asked / static_cast<double>(kIdlePasses)), "1"});
    rows.push_back({"idle passes: commits", std::to_string(product.commits() - commits), "0"});
}

void add_one_change(Rows& rows, InProcess& product, const Dataset& data, CannedServer& server) {
    const std::uint64_t requests = server.counts().requests;
    const std::size_t commits = product.commits();
    server.counts().visible = data.count + 1;
    const PassReport report = product.pass();
    server.counts().visible = data.count;
    if (report.summary.updated != 1) throw std::runtime_error("the change did not arrive");
    rows.push_back(
        {"one record changed, one pass: requests", std::to_string(server.counts().requests - requests), "1"});
    rows.push_back(
        {"one record changed, one pass: commits", std::to_string(product.commits() - commits), "1"});
}

void add_overlap(Rows& rows, const Options& options, const Dataset& data, CannedServer& server,
                 const std::string& folder) {
    for (const bool gzip : {false, true}) {
        server.counts().gzip = gzip;
        InProcess product(server.base_url(), fresh(folder, "overlap"), kHoldsAll);
        product.pass();
        std::vector<double> rates;
        for (std::size_t round = 0; round < options.rounds; ++round) {
            const auto start = std::chrono::steady_clock::now();
            const PassReport report = product.pass();
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            if (report.tail.value_or(0) > data.count || report.summary.changes() > 0)
                throw std::runtime_error("re-reading found a change that did not happen");
            rates.push_back(static_cast<double>(data.count) / took.count());
        }
        rows.push_back({"held overlap of " + std::to_string(data.count) + (gzip ? ", gzip" : ", plain") +
                            ": records/s by keys",
                        spread(rates), "250k"});
    }
    fs::remove_all(folder + "/overlap");
}

}  // namespace

void measure_steady_state(const Options& options, const Dataset& light, CannedServer& server,
                          const std::string& folder) {
    Rows rows{{"", "measured", "wanted"}};
    {
        server.counts().gzip = true;
        InProcess product(server.base_url(), fresh(folder, "steady"), 10min);
        product.pass();
        add_idle(rows, product, server);
        add_one_change(rows, product, light, server);
    }
    fs::remove_all(folder + "/steady");
    add_overlap(rows, options, light, server, folder);
    print_table("once everything is held (engine, HTTP client and store in this process, portal in another)",
                rows);
}

void measure_idle_memory(const Options& options, const std::string& shape, CannedServer& server,
                         const std::string& folder) {
    const std::string home = fresh(folder, "idle");
    server.counts().gzip = true;
    const std::uint64_t before = server.counts().empty;
    const std::string configuration = write_configuration(server, home, kIdlePollEvery);
    Rows rows{{"", "MiB", "wanted"}};
    {
        const DaemonProcess daemon({options.syncd, "--config", configuration}, home + "/syncd.log");
        // Proofs that must find nothing have empty responses, too. A pass that finds nothing new ends the load; the
        // next ones come after idle times.
        server.wait_for_empty(before + 12, kWaitSeconds);
        rows.push_back({"at most, during the load (gzip)", digits(daemon.memory_mib("VmHWM")), "< 200"});
        rows.push_back({"idle, between two polls after it", digits(daemon.memory_mib("VmRSS")), "< 40"});
    }
    fs::remove_all(home);
    print_table("memory of the always-on daemon, " + shape + " records", rows);
}

}  // namespace carecloud::bench
