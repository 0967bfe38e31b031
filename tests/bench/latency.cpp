// First loads, backfills and deep reconciliations from a portal whose latency is the limit: carecloud-portal with a
// delay of each response. Alternates with an earlier build, if there is one.
#include "bench/daemon_process.hpp"
#include "bench/measured_process.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "store/sqlite/connection.hpp"
#include "support/free_port.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <utility>

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
    bool jobs = false;   // a backfill and a deep reconciliation are measured, too
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

void check_held(const std::string& folder, const Setting& setting) {
    Connection db(folder + "/store.db", {});
    const std::int64_t held = db.number("SELECT count(*) FROM records");
    if (held != static_cast<std::int64_t>(setting.records))
        throw std::runtime_error(std::to_string(held) + " of " + std::to_string(setting.records) +
                                 " records are held");
}

// What the work on one portal took, in seconds, and the peak of the daemon's memory.
struct Taken {
    double first_load = 0;
    double backfill = 0;  // of 12 months; 0: not measured
    double deep = 0;      // reconciliation; 0: not measured
    double peak_mib = 0;
};

// One build's daemon.
class Contender {
  public:
    Contender(const Options& options, std::string syncd, const std::string& url, const Setting& setting,
              std::string folder)
        : ctl_(options.ctl),
          syncd_(std::move(syncd)),
          setting_(setting),
          folder_(std::move(folder)),
          port_(free_port()) {
        fs::remove_all(folder_);
        fs::create_directory(folder_);
        write_configuration(url);
    }

    Taken work() {
        const Cost load = run_program({syncd_, "--config", file_, "--once"}, folder_ + "/once.log");
        check_held(folder_, setting_);
        Taken taken{.first_load = load.wall_seconds, .peak_mib = load.peak_mib};
        if (!setting_.jobs) return taken;
        const DaemonProcess daemon({syncd_, "--config", file_}, folder_ + "/syncd.log");
        daemon.wait_for("API listen");  // an earlier build: "the API listens"
        taken.backfill = job({"backfill", "claim_attendance", "--from", "2023-01", "--to", "2023-12"});
        taken.deep = job({"reconcile", "claim_attendance", "--deep"});
        taken.peak_mib = std::max(taken.peak_mib, daemon.memory_mib("VmHWM"));
        return taken;
    }

  private:
    void write_configuration(const std::string& url) {
        const std::string key = folder_ + "/api-key";
        std::ofstream(key) << "bench-key\n";
        fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
        std::ofstream out(file_);
        out << "portal:\n  base_url: " << url
            << "\n  workspace_id: \"636eeb5d8029cf0df6932c16\"\n  bucket_id: \"636eeb5d8029cf0df6932c16\"\n  "
               "api_key_file: "
            << key << "\n  page_size: " << setting_.page_size << "\n  rate: { " << setting_.rate
            << " }\nstreams:\n  - { entity: claim_attendance, poll_every: 1h }\napi: { listen: 127.0.0.1:"
            << port_ << " }\nstore:\n  url: sqlite:" << folder_ << "/store.db\n";
    }

    // Seconds from its start to its last progress, as the store has them.
    double job(const std::vector<std::string>& words) const {
        std::vector<std::string> command{ctl_, "--url", "http://127.0.0.1:" + std::to_string(port_)};
        command.insert(command.end(), words.begin(), words.end());
        run_program(command, folder_ + "/ctl.log");
        Connection db(folder_ + "/store.db", {});
        return static_cast<double>(db.number("SELECT CAST((julianday(updated_at) - julianday(started_at)) * "
                                             "86400000 AS INTEGER) FROM passes"
                                             " ORDER BY pass DESC LIMIT 1")) /
               1000;
    }

    std::string ctl_;
    std::string syncd_;
    const Setting& setting_;
    std::string folder_;
    std::uint16_t port_;
    std::string file_ = folder_ + "/config.yaml";
};

// Of several rounds.
struct Rounds {
    std::vector<double> first_load;
    std::vector<double> backfill;
    std::vector<double> deep;
    double peak_mib = 0;

    void add(const Taken& taken) {
        first_load.push_back(taken.first_load);
        backfill.push_back(taken.backfill);
        deep.push_back(taken.deep);
        peak_mib = std::max(peak_mib, taken.peak_mib);
    }
};

using Rows = std::vector<std::vector<std::string>>;

void add_row(Rows& rows, const std::string& name, const std::vector<double>& now,
             const std::vector<double>& before, double peak_mib) {
    rows.push_back({name, digits(median(now)), digits(peak_mib),
                    before.empty() ? "-" : digits(median(before)),
                    before.empty() ? "-" : digits(median(before) / median(now))});
}

void add_rows(Rows& rows, const Setting& setting, const Rounds& now, const Rounds& before) {
    const std::size_t pages = (setting.records + setting.page_size - 1) / setting.page_size;
    add_row(rows, setting.name + ": first load of " + std::to_string(pages) + " pages", now.first_load,
            before.first_load, now.peak_mib);
    if (!setting.jobs) return;
    add_row(rows, "  backfill of 12 months, half of the records", now.backfill, before.backfill,
            now.peak_mib);
    add_row(rows, "  deep reconciliation", now.deep, before.deep, now.peak_mib);
}

}  // namespace

void measure_latency(const Options& options, const std::string& folder) {
    const Setting settings[] = {
        {.name = "300 ms, rate 1000/s", .latency = "0.3", .jobs = true},
        {.name = "2 s, default rate", .latency = "2", .rate = "per_second: 5, burst: 10", .beside = false},
        {.name = "no latency", .latency = "0"},
        {.name = "300 ms, two at once", .latency = "0.3", .concurrent = "2", .records = 20'000},
        {.name = "1 s, pages of 10 MB",
         .latency = "1",
         .records = 20'000,
         .shape = "full",
         .page_size = 500,
         .jobs = true},
    };
    Rows rows{{"portal", "seconds", "peak MiB", "the other build", "x of it"}};
    for (const Setting& setting : settings) {
        if (setting.name.find(options.latency_only) == std::string::npos) continue;
        const LatencyPortal portal(options.portal, setting, folder);
        Rounds now;
        Rounds before;
        for (std::size_t round = 0; round < options.rounds; ++round) {
            now.add(Contender(options, options.syncd, portal.url(), setting, folder + "/load").work());
            if (setting.beside && !options.other_syncd.empty())
                before.add(
                    Contender(options, options.other_syncd, portal.url(), setting, folder + "/load").work());
        }
        add_rows(rows, setting, now, before);
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_table("Loads from a portal with latency", rows);
}

}  // namespace carecloud::bench
