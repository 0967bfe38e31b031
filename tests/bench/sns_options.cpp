#include "bench/bench_options.hpp"
#include "bench/sns_bench.hpp"

#include <filesystem>

namespace carecloud::bench {

namespace po = boost::program_options;

std::optional<SnsOptions> read_sns_options(int argc, const char* const* argv) {
    SnsOptions options;
    bool no_load = false;
    bool no_record = false;
    po::options_description description("Measures carecloud-syncd's SNS endpoint. Options");
    auto add = description.add_options();
    const auto number = [](std::size_t& value) { return po::value(&value)->default_value(value); };
    add("messages", number(options.messages), "messages of a load over 64 connections");
    add("rounds", number(options.rounds), "rounds of the load; the contenders take turns");
    add("events", number(options.events), "records submitted one at a time, and in a burst");
    add("bursts", number(options.bursts), "bursts of that many");
    add("no-load", po::bool_switch(&no_load), "skip the rate of acknowledged messages");
    add("no-record", po::bool_switch(&no_record), "skip the delay until a record is stored, and the bursts");
    add("folder", po::value(&options.folder)->default_value(std::filesystem::temp_directory_path().string()),
        "folder on a real disk for the stores; they are removed at the end");
    add("syncd", po::value(&options.syncd)->default_value(BENCH_SYNCD), "the daemon's program");
    add("nginx", po::value(&options.nginx), "nginx's program; without it its rows are skipped");
    if (!read_command_line(argc, argv, description)) return std::nullopt;
    options.load = !no_load;
    options.record = !no_record;
    return options;
}

}  // namespace carecloud::bench
