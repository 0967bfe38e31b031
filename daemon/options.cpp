#include "options.hpp"

#include <ostream>

#include <boost/program_options.hpp>

namespace carecloud {
namespace {

namespace po = boost::program_options;

constexpr const char* kIntroduction =
    "carecloud-syncd keeps an agency's database aligned with the CareCloud Portal.\n"
    "\n"
    "Usage: carecloud-syncd [--config FILE]\n"
    "                       [--check | --once | --reload | --new-store]\n"
    "\n"
    "Without one of these it runs until SIGTERM or SIGINT, in the foreground, and\n"
    "logs to stderr or, under systemd, to the journal. SIGHUP reads the configuration\n"
    "again; a bad one is refused and the old one stays.\n"
    "\n";

constexpr const char* kExitCodes =
    "\n"
    "Exit codes: 0 done or stopped by a signal, 64 usage, 75 the portal or the store\n"
    "could not be reached, 77 the API key was refused (--once), 78 configuration,\n"
    "also one that a reload refused.\n";

po::options_description describe(Options& options) {
    po::options_description description("Options");
    auto add = description.add_options();
    add("config", po::value(&options.config)->value_name("FILE")->default_value(options.config),
        "the configuration");
    add("check", po::bool_switch(&options.check), "validate the configuration, say what it means, and exit");
    add("once", po::bool_switch(&options.once), "one pass of every stream to its end, then exit");
    add("reload", po::bool_switch(&options.reload),
        "have the running service read its configuration again, say whether it did, and exit");
    add("new-store", po::bool_switch(&options.new_store),
        "allow the next start to create an empty store where the one that was there is gone, and exit");
    add("version", "print the version and exit");
    add("help", "print this and exit");
    return description;
}

}  // namespace

std::variant<Options, ExitCode> parse_options(int argc, const char* const* argv, std::ostream& out,
                                              std::ostream& err) {
    Options options;
    const po::options_description description = describe(options);
    const auto misuse = [&err](const std::string& what) {
        err << "carecloud-syncd: " << what << "; see carecloud-syncd --help\n";
        return ExitCode::usage;
    };
    po::variables_map values;
    try {
        // No abbreviations: what is typed in a unit file must not change its meaning with a later version.
        const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(argc, argv).options(description).style(style).positional({}).run(),
                  values);
        po::notify(values);
    } catch (const po::error& error) {
        return misuse(error.what());
    }
    if (values.contains("help")) {
        out << kIntroduction << description << kExitCodes;
        return ExitCode::ok;
    }
    if (values.contains("version")) {
        out << "carecloud-syncd " CARECLOUD_VERSION "\n";
        return ExitCode::ok;
    }
    if (options.check + options.once + options.reload + options.new_store > 1)
        return misuse("--check, --once, --reload and --new-store exclude each other");
    if (options.config.empty()) return misuse("--config needs a file's name");
    return options;
}

}  // namespace carecloud
