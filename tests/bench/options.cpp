#include "bench/bench_options.hpp"
#include "bench/sync_bench.hpp"

#include <filesystem>

namespace carecloud::bench {

namespace po = boost::program_options;

std::optional<Options> read_options(int argc, const char* const* argv) {
    Options options;
    bool no_growth = false;
    bool no_load = false;
    bool no_steady = false;
    po::options_description description("Benchmarks carecloud-syncd against its components. Options");
    auto add = description.add_options();
    const auto number = [](std::size_t& value) { return po::value(&value)->default_value(value); };
    add("light", number(options.light), "light records of a first load (about 890 bytes each)");
    add("full", number(options.full), "full records of a first load (about 18.9 KB each)");
    add("growth", number(options.growth), "light records that one store grows to");
    add("rounds", number(options.rounds), "rounds of a first load; the contenders take turns");
    add("no-load", po::bool_switch(&no_load), "skip the first loads");
    add("no-steady", po::bool_switch(&no_steady), "skip idle passes, overlap and idle memory");
    add("no-growth", po::bool_switch(&no_growth), "skip the growth");
    add("variants", number(options.variants),
        "light records that the bare loop grows to with other pragmas and indexes; 0: not at all");
    add("corrected", number(options.corrected),
        "full records, and ten times as many light ones, that are corrected in stores with and without "
        "former "
        "versions; 0: not at all");
    add("latency", po::bool_switch(&options.latency), "only loads from a portal whose responses are delayed");
    add("latency-only", po::value(&options.latency_only), "of these, the ones with this in their name");
    add("portal", po::value(&options.portal)->default_value(BENCH_PORTAL), "carecloud-portal");
    add("ctl", po::value(&options.ctl)->default_value(BENCH_CTL), "carecloudctl");
    add("folder", po::value(&options.folder)->default_value(std::filesystem::temp_directory_path().string()),
        "folder on a real disk for the stores; they are removed at the end");
    add("other-syncd", po::value(&options.other_syncd),
        "another build's program, which takes turns with the daemon at first loads and corrections of --full "
        "and "
        "--light records; all else is skipped");
    add("syncd", po::value(&options.syncd)->default_value(BENCH_SYNCD), "the daemon's program");
    add("node-modules", po::value(&options.node_modules),
        "a node_modules with better-sqlite3; without it the Node script is skipped");
    if (!read_command_line(argc, argv, description)) return std::nullopt;
    if (no_growth) options.growth = 0;
    options.load = !no_load;
    options.steady = !no_steady;
    return options;
}

}  // namespace carecloud::bench
