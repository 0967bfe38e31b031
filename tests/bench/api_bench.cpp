// Measures reading a filled store through the API, compared with sqlite3 and nginx, in one run, and prints tables; see
// --help. Everything is on loopback; the portal is a separate process with pre-rendered responses.
#include "bench/api_bench.hpp"

#include "bench/api_site.hpp"
#include "bench/bench_main.hpp"
#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/machine.hpp"
#include "bench/measured_process.hpp"

#include <cstring>
#include <filesystem>
#include <iostream>

namespace carecloud::bench {
namespace {

void measure_store(const ApiOptions& options, const std::string& name, const DatasetSettings& settings,
                   const std::string& parent) {
    std::cout << "\nrendering and loading " << settings.records << " " << name << " records\n" << std::flush;
    const Dataset data = make_dataset(settings);
    CannedServer portal(data);
    const std::string folder = parent + "/" + name;
    std::filesystem::create_directory(folder);
    {
        const ApiSite site(options, portal.base_url(), folder);
        const std::vector<std::string> ids(data.ids.begin(),
                                           data.ids.begin() + static_cast<std::ptrdiff_t>(data.count));
        measure_bulk_reads(options, name, site, data.count);
        measure_record_requests(options, name, site, ids, data.records.front());
    }
    std::filesystem::remove_all(folder);
}

void run(const ApiOptions& options) {
    const Folder folder(options.folder);
    print_machine("at the start");
    if (options.nginx.empty())
        std::cout << "no --nginx: its rows are skipped; packaging/bench.sh sets it up\n";
    measure_store(options, "light", {RecordShape::light, options.light}, folder.path());
    measure_store(options, "full", {RecordShape::full, options.full}, folder.path());
    std::cout << "\n";
    print_machine("at the end");
}

}  // namespace
}  // namespace carecloud::bench

int main(int argc, char** argv) {
    using namespace carecloud::bench;
    if (argc > 1 && std::strcmp(argv[1], "--measure") == 0) return measure_main(argc, argv);
    return bench_main("api_bench", argc, argv, read_api_options, run);
}
