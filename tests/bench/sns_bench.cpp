// Measures the SNS endpoint of the real daemon, compared with its limits, in one run, and prints tables; see --help.
// Everything is on loopback; the publisher's certificates are created for the run.
#include "bench/sns_bench.hpp"

#include "bench/bench_main.hpp"
#include "bench/machine.hpp"

#include <csignal>
#include <iostream>

namespace carecloud::bench {
namespace {

void run(const SnsOptions& options) {
    const Folder folder(options.folder);
    print_machine("at the start");
    if (options.nginx.empty())
        std::cout << "no --nginx: its rows are skipped; packaging/bench.sh sets it up\n";
    if (options.load) measure_endpoint_load(options, folder.path());
    if (options.record) measure_event_to_record(options, folder.path());
    std::cout << "\n";
    print_machine("at the end");
}

}  // namespace
}  // namespace carecloud::bench

int main(int argc, char** argv) {
    using namespace carecloud::bench;
    std::signal(SIGPIPE, SIG_IGN);  // a connection closed by the endpoint counts as a missing response
    return bench_main("sns_bench", argc, argv, read_sns_options, run);
}
