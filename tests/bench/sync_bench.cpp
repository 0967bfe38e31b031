// Measures the product, compared with its parts, in one run, and prints tables; see --help. The portal is a separate
// process with pre-rendered responses, on loopback.
#include "bench/sync_bench.hpp"

#include "bench/bench_main.hpp"
#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/machine.hpp"
#include "bench/measured_process.hpp"

#include <cstring>
#include <iostream>

namespace carecloud::bench {
namespace {

void measure_shape(const Options& options, const std::string& name, const DatasetSettings& settings,
                   const std::string& folder) {
    std::cout << "\nrendering " << settings.records << " " << name << " records\n" << std::flush;
    const Dataset data = make_dataset(settings);
    CannedServer server(data);
    if (options.load) measure_first_load(options, name, data, server, folder);
    if (!options.steady) return;
    if (settings.shape == RecordShape::light) measure_steady_state(options, data, server, folder);
    measure_idle_memory(options, name, server, folder);
}

void run(const Options& options) {
    const Folder folder(options.folder);
    print_machine("at the start");
    if (options.node_modules.empty())
        std::cout << "no --node-modules: the Node script (c) is skipped; packaging/bench.sh sets it up\n";
    if (options.latency) {
        measure_latency(options, folder.path());
        return;
    }
    if (!options.other_syncd.empty()) {
        measure_builds(options, "light", {RecordShape::light, options.light}, folder.path());
        measure_builds(options, "full", {RecordShape::full, options.full}, folder.path());
        return print_machine("at the end");
    }
    if (options.load || options.steady) {
        measure_shape(options, "light", {RecordShape::light, options.light}, folder.path());
        measure_shape(options, "full", {RecordShape::full, options.full}, folder.path());
    }
    if (options.corrected > 0) {
        measure_corrections(options, "light", make_dataset({RecordShape::light, 10 * options.corrected}),
                            folder.path());
        measure_corrections(options, "full", make_dataset({RecordShape::full, options.corrected}),
                            folder.path());
    }
    if (options.growth > 0) measure_growth(options, folder.path());
    if (options.variants > 0) measure_variants(options, folder.path());
    std::cout << "\n";
    print_machine("at the end");
}

}  // namespace
}  // namespace carecloud::bench

int main(int argc, char** argv) {
    using namespace carecloud::bench;
    if (argc > 1 && std::strcmp(argv[1], "--measure") == 0) return measure_main(argc, argv);
    return bench_main("sync_bench", argc, argv, read_options, run);
}
