// Compares the PostgreSQL store with COPY and a Node script on a private server, in one run, and prints tables; see
// --help. The pages are in memory.
#include "bench/postgres_bench.hpp"

#include "bench/bench_main.hpp"
#include "bench/machine.hpp"
#include "bench/measured_process.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

namespace carecloud::bench {
namespace {

Dataset rendered(const std::string& name, const DatasetSettings& settings) {
    std::cout << "\nrendering " << settings.records << " " << name << " records\n" << std::flush;
    return make_dataset(settings);
}

void run(const PostgresOptions& options) {
    const Folder folder(options.folder);
    // PostgreSQL does not run as root. Its user must be able to enter this folder, which contains that of the server;
    // it need not list it.
    std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    ::setenv("TMPDIR", folder.path().c_str(), 1);
    print_machine("at the start");
    if (options.node_modules.empty())
        std::cout << "no --node-modules: the Node script is skipped; packaging/bench.sh sets it up\n";
    if (options.light > 0) {
        const Dataset light = rendered("light", {RecordShape::light, options.light});
        measure_postgres_rates(options, "light", light, folder.path());
    }
    if (options.full > 0) {
        const Dataset full = rendered("full", {RecordShape::full, options.full});
        measure_postgres_rates(options, "full", full, folder.path());
        measure_postgres_events(options, full);
    }
    if (options.growth > 0) measure_postgres_growth(options);
    std::cout << "\n";
    print_machine("at the end");
}

}  // namespace
}  // namespace carecloud::bench

int main(int argc, char** argv) {
    using namespace carecloud::bench;
    if (argc > 1 && std::strcmp(argv[1], "--measure") == 0) return measure_main(argc, argv);
    return bench_main("postgres_bench", argc, argv, read_postgres_options, run);
}
