#include "bench/api_bench.hpp"
#include "bench/bench_options.hpp"

#include <filesystem>

namespace carecloud::bench {

namespace po = boost::program_options;

std::optional<ApiOptions> read_api_options(int argc, const char* const* argv) {
    ApiOptions options;
    po::options_description description("Measures carecloud-syncd's API and carecloudctl export. Options");
    auto add = description.add_options();
    const auto number = [](std::size_t& value) { return po::value(&value)->default_value(value); };
    add("light", number(options.light), "light records in the store (about 890 bytes each)");
    add("full", number(options.full), "full records in the store (about 18.9 KB each)");
    add("requests", number(options.requests), "requests for single records, over each number of connections");
    add("rounds", number(options.rounds), "rounds; the contenders take turns");
    add("folder", po::value(&options.folder)->default_value(std::filesystem::temp_directory_path().string()),
        "folder on a real disk for the stores; they are removed at the end");
    add("syncd", po::value(&options.syncd)->default_value(BENCH_SYNCD), "the daemon's program");
    add("ctl", po::value(&options.ctl)->default_value(BENCH_CTL), "carecloudctl");
    add("nginx", po::value(&options.nginx), "nginx's program; without it its rows are skipped");
    if (!read_command_line(argc, argv, description)) return std::nullopt;
    return options;
}

}  // namespace carecloud::bench
