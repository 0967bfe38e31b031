#include "simulation/many_worlds.hpp"
#include "simulation/simulate_options.hpp"

#include <exception>
#include <iostream>

namespace carecloud {
namespace {

void print_sum(const WorldReport& sum) {
    std::cout << static_cast<std::uint64_t>(sum.hours) << " virtual hours, " << sum.lives << " lives, "
              << sum.passes << " passes (" << sum.failed_passes << " failed), " << sum.bounded_passes
              << " bounded passes, " << sum.requests << " requests, " << sum.changes << " changes, "
              << sum.events << " events\nfaults:";
    for (const auto& [fault, count] : sum.faults)
        std::cout << ' ' << to_string(fault) << ' ' << count;
    std::cout << '\n';
}

int run_one(const WorldSettings& settings) {
    const WorldReport report =
        run_world(settings, [](const std::string& line) { std::cout << line << '\n'; });
    print_sum(report);
    if (report.broken) std::cout << "BROKEN: " << *report.broken << '\n';
    return report.broken ? 1 : 0;
}

int run_many(const SimulateOptions& options) {
    const WorldSettings settings{
        .hours = options.hours, .without = options.without, .always = options.always};
    const auto on_broken = [](const WorldSettings& world, const WorldReport& report) {
        std::cout << "BROKEN  " << command_of(world) << "\n        " << *report.broken << std::endl;
    };
    const ManyWorlds many = run_worlds(settings, options.first, options.last, options.jobs, on_broken);
    if (!many.broken.empty()) {
        const WorldSettings smaller = shrink(many.broken.front());
        std::cout << "The first one, minimized:\n        " << command_of(smaller) << " --trace\n        "
                  << run_world(smaller).broken.value_or("") << '\n';
    }
    std::cout << many.worlds << " worlds, " << many.broken.size() << " broken\n";
    print_sum(many.sum);
    return many.broken.empty() ? 0 : 1;
}

int run(int argc, const char* const* argv) {
    const auto parsed = parse_simulate_options(argc, argv, std::cout, std::cerr);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    const auto& options = std::get<SimulateOptions>(parsed);
    if (!options.trace) return run_many(options);
    return run_one({.seed = options.first,
                    .hours = options.hours,
                    .without = options.without,
                    .always = options.always});
}

}  // namespace
}  // namespace carecloud

int main(int argc, char** argv) {
    try {
        return carecloud::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "simulate: " << error.what() << '\n';
        return 70;
    }
}
