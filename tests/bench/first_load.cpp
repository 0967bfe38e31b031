#include "bench/contenders.hpp"
#include "bench/stages.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"

#include <algorithm>
#include <iostream>

namespace carecloud::bench {
namespace {

// The rounds of one contender.
struct Series {
    std::string name;
    std::vector<double> rate{};    // records per second
    std::vector<double> cpu_us{};  // per record
    std::vector<double> peak_mib{};

    void add(const Cost& cost, std::size_t records) {
        const auto count = static_cast<double>(records);
        rate.push_back(count / cost.wall_seconds);
        cpu_us.push_back(cost.cpu_seconds * 1e6 / count);
        peak_mib.push_back(cost.peak_mib);
    }
};

struct Load {
    Series bare{.name = "(a) bare loop, from memory"};
    Series product[2]{{.name = "product, plain"}, {.name = "product, gzip"}};
    Series curl[2]{{.name = "(b) curl to nowhere, plain"}, {.name = "(b) curl to nowhere, gzip"}};
    Series node[2]{{.name = "(c) Node script, plain"}, {.name = "(c) Node script, gzip"}};
};

Load run_rounds(Contenders& contenders, std::size_t rounds, std::size_t records) {
    Load load;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const bool gzip : {false, true}) {
            // The bare loop runs once per round, between the two product runs, so it is close to both in time.
            load.product[gzip].add(contenders.product(gzip), records);
            if (!gzip) load.bare.add(contenders.bare(), records);
        }
        for (const bool gzip : {false, true}) {
            load.curl[gzip].add(contenders.curl(gzip), records);
            if (contenders.has_node()) load.node[gzip].add(contenders.node(gzip), records);
        }
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    return load;
}

void print_rates(const std::string& title, const Load& load) {
    std::vector<std::vector<std::string>> rows{
        {"", "records/s", "x of (a)", "x of (c)", "CPU us/record", "peak MiB"}};
    const auto add = [&](const Series& series, const Series& node) {
        if (series.rate.empty()) return;
        const bool has_peak = series.peak_mib.front() > 0;
        rows.push_back({series.name, spread(series.rate), spread(ratios(series.rate, load.bare.rate)),
                        spread(ratios(series.rate, node.rate)), spread(series.cpu_us),
                        has_peak ? digits(median(series.peak_mib)) : "-"});
    };
    for (const bool gzip : {false, true})
        add(load.product[gzip], load.node[gzip]);
    add(load.bare, load.node[0]);
    for (const bool gzip : {false, true}) {
        add(load.curl[gzip], load.node[gzip]);
        add(load.node[gzip], load.node[gzip]);
    }
    print_table(title, rows);
}

void print_stages(const std::string& shape, const Dataset& data, const Load& load) {
    const double inflate = inflate_us(data);
    const double slice = slice_us(data);
    const double insert = median(load.bare.cpu_us);
    std::vector<std::vector<std::string>> rows{{"", "inflate", "walk+hash", "bare insert", "sum", "product",
                                                "x of sum", "receive (curl)", "x of sum with it"}};
    for (const bool gzip : {false, true}) {
        const double sum = (gzip ? inflate : 0) + slice + insert;
        const double product = median(load.product[gzip].cpu_us);
        const double receive = median(load.curl[gzip].cpu_us);
        rows.push_back({gzip ? "gzip" : "plain", gzip ? digits(inflate) : "-", digits(slice), digits(insert),
                        digits(sum), digits(product), digits(product / sum), digits(receive),
                        digits(product / (sum + receive))});
    }
    print_table(shape + ": CPU us a record, beside the stages one by one", rows);
}

}  // namespace

void measure_first_load(const Options& options, const std::string& shape, const Dataset& data,
                        CannedServer& server, const std::string& folder) {
    const std::vector<Page> pages = slice_pages(data);
    Contenders contenders(options, data, pages, server, folder);
    std::cout << "\n" << shape << ": " << options.rounds << " rounds " << std::flush;
    const Load load = run_rounds(contenders, options.rounds, data.count);
    std::size_t largest = 0;
    for (const Answer& answer : data.pages)
        largest = std::max(largest, answer.plain.size());
    print_rates("first load, " + std::to_string(data.count) + " " + shape + " records of " +
                    digits(data.record_bytes()) + " bytes, " + std::to_string(data.page_records) +
                    " in a page of " + digits(static_cast<double>(largest)) + " bytes",
                load);
    print_stages(shape, data, load);
    std::cout << "  answers rendered during the runs: " << server.counts().on_demand
              << " (the dialect's proof), queries not understood: " << server.counts().refused << "\n";
}

}  // namespace carecloud::bench
