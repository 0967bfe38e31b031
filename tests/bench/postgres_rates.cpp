#include "bench/measured_process.hpp"
#include "bench/page_source.hpp"
#include "bench/postgres_bench.hpp"
#include "bench/postgres_site.hpp"
#include "bench/table.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace carecloud::bench {
namespace {

constexpr std::size_t kNodePages = 4;
enum Version { kNew, kChanged };
constexpr std::array kVersions{kNew, kChanged};

// Records per second in each round.
struct Series {
    std::string name;
    std::array<std::vector<double>, 2> rate{};
};

struct Rates {
    Series with{.name = "product"};
    Series without{.name = "product, store.keep.versions: none"};
    Series bare{.name = "COPY into one table"};
    Series node{.name = "Node script, row by row"};
};

void measure_round(const Dataset& data, Rates& rates) {
    PostgresContender with;
    PostgresContender without(false);
    BareCopy bare;
    for (const Version version : kVersions) {
        std::array<double, 3> seconds{};
        for (std::size_t i = 0; i < whole_pages(data); ++i) {
            const PagePtr page = page_of(data, i, version);
            const std::array<std::function<void()>, 3> turns{
                [&] { with.insert(page); }, [&] { without.insert(page); }, [&] { bare.insert(*page); }};
            for (std::size_t turn = 0; turn < turns.size(); ++turn) {
                const std::size_t whose = (i + turn) % turns.size();
                seconds[whose] += seconds_of(turns[whose]);
            }
        }
        const auto records = static_cast<double>(whole_pages(data) * page_size(data));
        rates.with.rate[version].push_back(records / seconds[0]);
        rates.without.rate[version].push_back(records / seconds[1]);
        rates.bare.rate[version].push_back(records / seconds[2]);
    }
}

// Writes the first kNodePages pages of this version to files for the script, and returns their names.
std::vector<std::string> write_pages(const Dataset& data, const std::string& folder, Version version) {
    std::vector<std::string> files;
    for (std::size_t i = 0; i < std::min(kNodePages, whole_pages(data)); ++i) {
        files.push_back(folder + "/page-" + std::to_string(version) + "-" + std::to_string(i) + ".json");
        std::ofstream file(files.back());
        file << page_text(data, i, version);
        if (!file.flush()) throw std::runtime_error("cannot write " + files.back());
    }
    return files;
}

void measure_node(const PostgresOptions& options, const Dataset& data, const std::string& folder,
                  Series& series) {
    const PostgresSettings settings = bench_cluster().fresh_database();
    for (const Version version : kVersions) {
        const std::string log = folder + "/node.log";
        std::vector<std::string> command{"env",
                                         "NODE_PATH=" + options.node_modules,
                                         "node",
                                         BENCH_NODE_FOLDER "/pg.js",
                                         bench_cluster().socket_folder(),
                                         std::to_string(bench_cluster().port()),
                                         settings.database};
        const std::vector<std::string> files = write_pages(data, folder, version);
        command.insert(command.end(), files.begin(), files.end());
        std::ofstream(log, std::ios::trunc).flush();
        run_program(command, log);
        double seconds = 0;
        std::ifstream(log) >> seconds;
        if (seconds <= 0) throw std::runtime_error("the Node script did not print its time");
        const std::size_t records = files.size() * page_size(data);
        series.rate[version].push_back(static_cast<double>(records) / seconds);
    }
}

void print_rates(const std::string& title, const Rates& rates) {
    std::vector<std::vector<std::string>> rows{
        {"", "new, records/s", "x of COPY", "x of Node", "changed, records/s", "x of COPY", "x of Node"}};
    for (const Series* series : {&rates.with, &rates.without, &rates.bare, &rates.node}) {
        if (series->rate[kNew].empty()) continue;
        std::vector<std::string> row{series->name};
        for (const Version version : kVersions) {
            row.push_back(spread(series->rate[version]));
            row.push_back(spread(ratios(series->rate[version], rates.bare.rate[version])));
            row.push_back(spread(ratios(series->rate[version], rates.node.rate[version])));
        }
        rows.push_back(std::move(row));
    }
    print_table(title, rows);
}

}  // namespace

void measure_postgres_rates(const PostgresOptions& options, const std::string& shape, const Dataset& data,
                            const std::string& folder) {
    std::cout << "\n" << shape << ": " << options.rounds << " rounds " << std::flush;
    Rates rates;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        measure_round(data, rates);
        if (!options.node_modules.empty()) measure_node(options, data, folder, rates.node);
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_rates(shape + " records of " + digits(data.record_bytes()) + " bytes, " +
                    std::to_string(page_size(data)) + " per page and commit",
                rates);
    std::cout << "  targets: x of COPY: " << (shape == "light" ? "new 0.55, changed 0.45" : "0.9")
              << "; x of Node: 5\n";
}

}  // namespace carecloud::bench
