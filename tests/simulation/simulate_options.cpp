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
    "simulate runs the product's engine in worlds that go wrong, and says which promise was broken.\n"
    "The same seed, hours and faults give the same run on every machine.\n"
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

// The name that is no fault; empty: all are.
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
        if (fault >= first) names.append(names.empty() ? "" : ",").append(to_string(fault));
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
    add("seed,seeds", po::value(&seeds)->value_name("N | A..B")->default_value(seeds), "the worlds to run");
    add("hours", po::value(&options.hours)->value_name("H")->default_value(options.hours),
        "of virtual time in which things go wrong; the world rests afterwards, and the promises are checked");
    add("without", po::value(&without)->value_name("LIST"),
        ("kinds of faults that do not happen, of " + fault_names()).c_str());
    add("always", po::value(&always)->value_name("LIST"),
        ("rare kinds that happen in every world, and not in one of twelve, of " +
         fault_names(kFirstRareFault))
            .c_str());
    add("jobs", po::value(&options.jobs)->value_name("J")->default_value(options.jobs),
        "worlds side by side");
    add("trace", po::bool_switch(&options.trace), "tell the story of the world; takes one seed");
    add("help", "print this and exit");
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
        return misuse("\"" + seeds + "\" is neither a seed nor a range A..B of seeds");
    if (const std::string bad = read_faults(without, options.without); !bad.empty())
        return misuse("\"" + bad + "\" is no kind of fault");
    if (const std::string bad = read_faults(always, options.always); !bad.empty())
        return misuse("\"" + bad + "\" is no kind of fault");
    if (!(options.hours > 0 && options.hours <= 24 * 366))
        return misuse("--hours takes more than 0 and at most a year's");
    if (options.jobs == 0) return misuse("--jobs takes at least 1");
    if (options.trace && options.first != options.last) return misuse("--trace takes one seed");
    return options;
}

}  // namespace carecloud
