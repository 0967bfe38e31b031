#include "simulation/simulate_options.hpp"

#include <charconv>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include <boost/program_options.hpp>

namespace carecloud {
namespace {

namespace po = boost::program_options;

constexpr int kUsage = 64;

constexpr const char* kIntroduction =
    "simulate runs the product's engine in simulated worlds with faults and reports\n"
    "broken promises. The same seed, hours and faults reproduce a run on any machine.\n"
    "\n"
    "Usage: simulate --seed N [--trace] | --seeds A..B [--jobs J]\n"
    "\n";

std::optional<std::uint64_t> number_from(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool read_seeds(std::string_view text, SimulateOptions& options) {
    const auto dots = text.find("..");
    const auto first = number_from(text.substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : number_from(text.substr(dots + 2));
    if (!first || !last || *last < *first) return false;
    options.first = *first;
    options.last = *last;
    return true;
}

// The first name that is not a fault; empty: all are.
std::string read_faults(std::string_view text, std::set<Fault>& faults) {
    while (!text.empty()) {
        const std::string_view name = text.substr(0, text.find(','));
        const auto fault = fault_from(name);
        if (!fault) return std::string(name);
        faults.insert(*fault);
        text.remove_prefix(std::min(text.size(), name.size() + 1));
    }
    return {};
}

std::string fault_names(Fault first = Fault{}) {
    std::string names;
    for (const Fault fault : all_faults()) {
        if (fault >= first) names.append(names.empty() ? "" : ", ").append(to_string(fault));
    }
    return names;
}

}  // namespace

std::variant<SimulateOptions, int> parse_simulate_options(int argc, const char* const* argv,
                                                          std::ostream& out, std::ostream& err) {
    SimulateOptions options;
    options.jobs = std::max(1U, std::thread::hardware_concurrency());
    std::string seeds = "1";
    std::string without;
    std::string always;
    po::options_description description("Options");
    auto add = description.add_options();
    add("seed,seeds", po::value(&seeds)->value_name("N | A..B")->default_value(seeds),
        "seeds of the worlds to run");
    add("hours", po::value(&options.hours)->value_name("H")->default_value(options.hours),
        "hours of virtual time with faults; then faults stop and the promises are checked");
    add("without", po::value(&without)->value_name("LIST"),
        ("faults to disable, separated by commas without spaces; known: " + fault_names()).c_str());
    add("always", po::value(&always)->value_name("LIST"),
        ("rare faults to enable in every world, not only in one of twelve; known: " +
         fault_names(kFirstRareFault))
            .c_str());
    add("jobs", po::value(&options.jobs)->value_name("J")->default_value(options.jobs),
        "number of worlds run in parallel");
    add("trace", po::bool_switch(&options.trace), "print a trace of the world; requires a single seed");
    add("help", "print this help and exit");
    const auto misuse = [&err](const std::string& what) {
        err << "simulate: " << what << "; see simulate --help\n";
        return kUsage;
    };
    po::variables_map values;
    try {
        po::store(po::command_line_parser(argc, argv).options(description).positional({}).run(), values);
        po::notify(values);
    } catch (const po::error& error) {
        return misuse(error.what());
    }
    if (values.contains("help")) {
        out << kIntroduction << description;
        return 0;
    }
    if (!read_seeds(seeds, options))
        return misuse("\"" + seeds + "\" is not a seed or a range A..B of seeds");
    if (const std::string bad = read_faults(without, options.without); !bad.empty())
        return misuse("\"" + bad + "\" is not a known fault");
    if (const std::string bad = read_faults(always, options.always); !bad.empty())
        return misuse("\"" + bad + "\" is not a known fault");
    if (!(options.hours > 0 && options.hours <= 24 * 366))
        return misuse("--hours must be above 0 and at most 8784 (a year)");
    if (options.jobs == 0) return misuse("--jobs must be at least 1");
    if (options.trace && options.first != options.last) return misuse("--trace requires a single seed");
    return options;
}

}  // namespace carecloud
