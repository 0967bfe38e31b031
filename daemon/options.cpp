#include "options.hpp"

#include <csignal>
#include <filesystem>
#include <ostream>
#include <unistd.h>

#include <boost/program_options.hpp>

namespace carecloud {
namespace {

namespace po = boost::program_options;

constexpr unsigned kExitWithinSeconds = 4;

constexpr const char* kIntroduction =
    "carecloud-syncd keeps an agency's database aligned with the CareCloud Portal.\n"
    "\n"
    "Usage: carecloud-syncd [--config FILE]\n"
    "                       [--check | --once | --reload | --new-store |\n"
    "                        --copy-store FROM TO | --undo-move STORE]\n"
    "\n"
    "Without a mode option it runs in the foreground until SIGTERM or SIGINT and logs\n"
    "to stderr or, under systemd, to the journal. SIGHUP reloads the configuration;\n"
    "an invalid one is rejected and the current one stays in use.\n"
    "\n";

constexpr const char* kExitStatus =
    "\n"
    "Exit codes: 0 success or stopped by a signal, 64 usage error, 70 internal error,\n"
    "75 temporary failure: portal or store unavailable, try again later, 77 API key\n"
    "refused (--once), 78 invalid configuration (also on --reload) or unusable store.\n";

po::options_description describe(Options& options) {
    po::options_description description("Options");
    auto add = description.add_options();
    add("config", po::value(&options.config)->value_name("FILE")->default_value(options.config),
        "configuration file");
    add("check", po::bool_switch(&options.check), "validate the configuration, report its effect, and exit");
    add("once", po::bool_switch(&options.once), "run one complete pass of every stream, then exit");
    add("reload", po::bool_switch(&options.reload),
        "make the running service reload its configuration, report the result, and exit");
    add("new-store", po::bool_switch(&options.new_store),
        "allow the next start to create an empty store if the previous one is missing, and exit");
    add("copy-store", po::value(&options.copy_store)->multitoken()->value_name("FROM TO"),
        "copy the store FROM to TO, as in store.url, compare both, mark FROM as moved, and exit; repeat it "
        "after an "
        "interruption");
    add("undo-move", po::value(&options.undo_move)->value_name("STORE"),
        "make a moved store usable again, with a new generation, and exit");
    add("version", "print the version and exit");
    add("help", "print this help and exit");
    return description;
}

}  // namespace

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::key_refused:
            return ExitCode::key_refused;
        case ErrorCode::canceled:
            return ExitCode::ok;
        case ErrorCode::config_invalid:
        case ErrorCode::invalid_argument:
        case ErrorCode::store_newer:
        case ErrorCode::store_corrupt:
            return ExitCode::configuration;
        default:
            return ExitCode::unavailable;
    }
}

ExitCode exit_code_after(ExitCode before, const Error& error) {
    return before == ExitCode::key_refused ? before : exit_code_of(error);
}

void exit_soon_at_the_latest(ExitCode code) {
    static volatile std::sig_atomic_t code_then = 0;
    code_then = static_cast<int>(code);
    std::signal(SIGALRM, [](int) { ::_exit(code_then); });
    ::alarm(kExitWithinSeconds);
}

PackagedService service_of(const std::string& config) {
    std::error_code failure;
    const std::filesystem::path file = std::filesystem::absolute(config, failure);
    return PackagedService::of_configuration(file.lexically_normal().string());
}

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
        // No abbreviations: an option in a unit file must not change its meaning in a later version.
        const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(argc, argv).options(description).style(style).positional({}).run(),
                  values);
        po::notify(values);
    } catch (const po::error& error) {
        return misuse(error.what());
    }
    if (values.contains("help")) {
        out << kIntroduction << description << kExitStatus;
        return ExitCode::ok;
    }
    if (values.contains("version")) {
        out << "carecloud-syncd " CARECLOUD_VERSION "\n";
        return ExitCode::ok;
    }
    const bool copies = values.contains("copy-store");
    const bool undoes = values.contains("undo-move");
    if (options.check + options.once + options.reload + options.new_store + copies + undoes > 1) {
        return misuse(
            "--check, --once, --reload, --new-store, --copy-store and --undo-move are mutually exclusive");
    }
    if (copies && options.copy_store.size() != 2) return misuse("--copy-store requires two stores: FROM TO");
    if (undoes && options.undo_move.empty()) return misuse("--undo-move requires a store");
    if (options.config.empty()) return misuse("--config requires a file name");
    return options;
}

}  // namespace carecloud
