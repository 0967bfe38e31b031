// First loads, backfills and deep reconciliations from a portal whose latency is the limit: carecloud-portal with a
// delay of each response. Alternates with an earlier build, if there is one.
#include "bench/daemon_process.hpp"
#include "bench/measured_process.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageSize = 200;

// A portal, and the daemon's limits for it.
struct Setting {
    std::string name;
    std::string latency;  // seconds
    std::string rate = "per_second: 1000, burst: 1000";
    std::string concurrent = "0";
    std::size_t records = 100'000;  // 500 pages
    std::string shape = "light";
    std::size_t page_size = kPageSize;
    bool beside = true;  // the other build takes turns
};

class LatencyPortal {
  public:
    LatencyPortal(const std::string& program, const Setting& setting, const std::string& folder)
        : ports_(folder + "/ports.json"),
          process_({program, "--records", std::to_string(setting.records), "--shape", setting.shape,
                    "--batch", "1", "--latency", setting.latency, "--concurrent", setting.concurrent,
                    "--port-file", ports_, "--cache-mb", "2000"},
                   folder + "/portal.log") {
        process_.wait_for("a loopback portal");
        std::ifstream file(ports_);
        const auto json = nlohmann::json::parse(file);
        url_ = json.at("base_url").get<std::string>();
    }

    const std::string& url() const { return url_; }

  private:
    std::string ports_;
    DaemonProcess process_;
    std::string url_;
};

std::string configuration(const std::string& url, const Setting& setting, const std::string& folder) {
    const std::string key = folder + "/api-key";
    std::ofstream(key) << "bench-key\n";
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
    const std::string file = folder + "/config.yaml";
    std::ofstream out(file);
    out << "portal:\n  base_url: " << url
        << "\n  workspace_id: \"636eeb5d8029cf0df6932c16\"\n  bucket_id: \"636eeb5d8029cf0df6932c16\"\n  "
           "api_key_file: "
        << key << "\n  page_size: " << setting.page_size << "\n  rate: { " << setting.rate
        << " }\nstreams:\n  - entity: claim_attendance\nstore:\n  url: sqlite:" << folder << "/store.db\n";
    return file;
}

Cost first_load(const std::string& syncd, const std::string& url, const Setting& setting,
                const std::string& folder) {
    fs::remove_all(folder + "/load");
    fs::create_directory(folder + "/load");
    const std::string file = configuration(url, setting, folder + "/load");
    const Cost cost = run_program({syncd, "--config", file, "--once"}, folder + "/load/syncd.log");
    Connection db(folder + "/load/store.db", {});
    const std::int64_t held = db.number("SELECT count(*) FROM records");
    if (held != static_cast<std::int64_t>(setting.records))
        throw std::runtime_error(std::to_string(held) + " of " + std::to_string(setting.records) +
                                 " records are held");
    return cost;
}

}  // namespace

void measure_latency(const Options& options, const std::string& folder) {
    const Setting settings[] = {
        {.name = "300 ms, rate 1000/s", .latency = "0.3"},
        {.name = "2 s, default rate", .latency = "2", .rate = "per_second: 5, burst: 10", .beside = false},
        {.name = "no latency", .latency = "0"},
        {.name = "300 ms, two at once", .latency = "0.3", .concurrent = "2", .records = 20'000},
        {.name = "1 s, pages of 10 MB", .latency = "1", .records = 20'000, .shape = "full", .page_size = 500},
    };
    std::vector<std::vector<std::string>> rows{{"first load", "pages", "seconds", "requests/s of pages",
                                                "peak MiB", "before, seconds", "x of before"}};
    for (const Setting& setting : settings) {
        const LatencyPortal portal(options.portal, setting, folder);
        std::vector<double> now;
        std::vector<double> before;
        double peak = 0;
        for (std::size_t round = 0; round < options.rounds; ++round) {
            const Cost cost = first_load(options.syncd, portal.url(), setting, folder);
            now.push_back(cost.wall_seconds);
            peak = std::max(peak, cost.peak_mib);
            if (setting.beside && !options.other_syncd.empty())
                before.push_back(first_load(options.other_syncd, portal.url(), setting, folder).wall_seconds);
        }
        const auto pages = static_cast<double>((setting.records + setting.page_size - 1) / setting.page_size);
        rows.push_back({setting.name, digits(pages), digits(median(now)), digits(pages / median(now)),
                        digits(peak), before.empty() ? "-" : digits(median(before)),
                        before.empty() ? "-" : digits(median(before) / median(now))});
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_table("Loads from a portal with latency", rows);
}

}  // namespace carecloud::bench
