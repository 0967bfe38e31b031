// The daemon compared with another build's: both do the same first load and the same corrections alternately, over
// loopback, each into its own store.
#include "bench/contenders.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "store/sqlite/connection.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCorrections = 2;  // `modified` stays in the past

struct Build {
    std::string syncd;
    std::string folder;
    std::vector<std::vector<double>> rate{};    // records per second, of each step
    std::vector<std::vector<double>> cpu_us{};  // per record, of each step

    void start_over() const {
        fs::remove_all(folder);
        fs::create_directory(folder);
    }
    void take(const CannedServer& server, std::size_t step, std::size_t records) {
        const std::string configuration = write_configuration(server, folder, "5m");
        const Cost cost = run_program({syncd, "--config", configuration, "--once"}, folder + "/syncd.log");
        const auto count = static_cast<std::int64_t>(records);
        Connection db(folder + "/store.db", {});
        if (db.number("SELECT count(*) FROM changes") != count * static_cast<std::int64_t>(step + 1))
            throw std::runtime_error(syncd + " did not take all records");
        rate[step].push_back(static_cast<double>(records) / cost.wall_seconds);
        cpu_us[step].push_back(cost.cpu_seconds * 1e6 / static_cast<double>(records));
    }
};

}  // namespace

void measure_builds(const Options& options, const std::string& shape, const DatasetSettings& settings,
                    const std::string& folder) {
    std::vector<std::unique_ptr<CannedServer>> servers;
    for (std::size_t step = 0; step <= kCorrections; ++step) {
        DatasetSettings of_step = settings;
        of_step.correction = step;
        servers.push_back(std::make_unique<CannedServer>(make_dataset(of_step)));
    }
    const std::vector<std::vector<double>> none(servers.size());
    Build ours{options.syncd, folder + "/ours", none, none};
    Build other{options.other_syncd, folder + "/other", none, none};
    for (std::size_t round = 0; round < options.rounds; ++round) {
        ours.start_over();
        other.start_over();
        for (std::size_t step = 0; step < servers.size(); ++step) {
            Build& first = (round + step) % 2 == 0 ? ours : other;
            first.take(*servers[step], step, settings.records);
            (&first == &ours ? other : ours).take(*servers[step], step, settings.records);
        }
    }
    std::vector<std::vector<std::string>> rows{
        {shape + " records", "records/s", "the other build", "ratio", "CPU us a record", "the other build"}};
    for (std::size_t step = 0; step < servers.size(); ++step)
        rows.push_back({step == 0 ? "first load" : "corrections " + std::to_string(step),
                        spread(ours.rate[step]), spread(other.rate[step]),
                        spread(ratios(ours.rate[step], other.rate[step])), spread(ours.cpu_us[step]),
                        spread(other.cpu_us[step])});
    print_table("beside another build, " + std::to_string(settings.records) + " " + shape + " records", rows);
}

}  // namespace carecloud::bench
