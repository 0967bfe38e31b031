#include "bench/bench_options.hpp"
#include "bench/postgres_bench.hpp"

namespace carecloud::bench {

namespace po = boost::program_options;

std::optional<PostgresOptions> read_postgres_options(int argc, const char* const* argv) {
    PostgresOptions options;
    po::options_description description("Measures the PostgreSQL store on a private server. Options");
    auto add = description.add_options();
    const auto number = [](std::size_t& value) { return po::value(&value)->default_value(value); };
    add("light", number(options.light), "light records (about 890 bytes each), new and changed; 0: none");
    add("full", number(options.full),
        "full records (about 18.9 KB each), new and changed, and while events arrive; 0: none");
    add("growth", number(options.growth), "light records of a first load; 0: none");
    add("rounds", number(options.rounds),
        "rounds of new and changed records, and of events; the contenders take turns");
    add("folder", po::value(&options.folder)->default_value("/var/tmp"),
        "folder on a real disk for the server's files; the user postgres must be able to enter it; the files "
        "are removed at the end");
    add("node-modules", po::value(&options.node_modules),
        "a node_modules folder with pg; without it, the Node script is skipped");
    if (!read_command_line(argc, argv, description)) return std::nullopt;
    return options;
}

}  // namespace carecloud::bench
