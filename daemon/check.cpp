// --check: the meaning of the configuration, and every problem in it and in the files it names.
#include "api_endpoint.hpp"
#include "base/packaged_service.hpp"
#include "base/quantity_text.hpp"
#include "event_endpoint.hpp"
#include "open_store.hpp"
#include "portal/query.hpp"
#include "runtime/configuration.hpp"
#include "runtime/files.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/yaml_reader.hpp"
#include "service.hpp"
#include "surroundings.hpp"
#include "unit_credentials.hpp"

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

void print_findings(const LoadedConfiguration& loaded) {
    if (!loaded.warnings.empty()) std::cerr << report(loaded.file, loaded.warnings) << "\n";
}

// Firewalls commonly refuse larger requests (hazard 36). Requests with ids are limited accordingly; a filter cannot be.
void warn_of_large_filters(const LoadedConfiguration& loaded) {
    for (const StreamSettings& stream : loaded.configuration.streams) {
        if (!is_filter_too_large(stream.spec)) continue;
        std::cerr << loaded.file << ": warning: the filter of " << stream.spec.entity
                  << " makes each request larger than " << kQueryBytesMax / 1024
                  << " KB, which a firewall in front of the Portal may reject with 403; if so, shorten the "
                     "filter\n";
    }
}

// Reports the effect of the next start on each stream (hazard 14).
void report_streams(const Configuration& configuration) {
    for (const StreamSettings& stream : configuration.streams) {
        std::cout << stream.spec.entity << ": ";
        const auto state = peek_stream(configuration, stream.spec.entity);
        if (!state) {
            std::cout << "cannot read its state: " << state.error().message() << "\n";
        } else if (!*state || !(*state)->cursor) {
            std::cout << "no data yet; the first pass reads everything\n";
        } else if ((*state)->fingerprint != stream.spec.fingerprint()) {
            std::cout << "workspace, bucket, filter or fields changed: the next pass restarts from the "
                         "beginning; records that no longer match are kept until the next reconciliation\n";
        } else {
            std::cout << "continues from " << (*state)->cursor->modified_text << " " << (*state)->cursor->id
                      << "\n";
        }
    }
}

// The service would refuse to start because of this (exit code 78).
std::optional<std::string> store_problem(const Configuration& configuration) {
    const auto state = peek_stream(configuration, configuration.streams.front().spec.entity);
    if (state) return std::nullopt;
    const ErrorCode code = state.error().code;
    const bool stops_the_service = code == ErrorCode::store_corrupt || code == ErrorCode::store_newer ||
                                   code == ErrorCode::config_invalid;
    if (!stops_the_service) return std::nullopt;
    return "store.url: " + state.error().message();
}

// Problems in the files that the configuration names.
std::vector<std::string> file_problems(const Configuration& configuration) {
    std::vector<std::string> problems;
    const auto key = read_secret_file(configuration.portal.api_key_file);
    if (!key) problems.push_back("portal.api_key_file: " + key.error().message());
    if (configuration.sns) {
        const auto endpoint = check_endpoint(*configuration.sns);
        if (!endpoint) problems.push_back("sns: " + endpoint.error().message());
    }
    if (configuration.store.password_file) {
        const auto password = read_secret_file(*configuration.store.password_file);
        if (!password) problems.push_back("store.password_file: " + password.error().message());
    }
    const auto api = check_api(configuration.api);
    if (!api) problems.push_back("api.token_file: " + api.error().message());
    return problems;
}

// The same for files that systemd passes to the service: checks their sources, not the service's copies.
std::vector<std::string> credential_and_file_problems(Configuration configuration, const std::string& file) {
    const auto unit = unit_for(file);
    if (!unit) return file_problems(configuration);
    const UnitCredentials credentials(configuration, file, *unit);
    if (!credentials.problems().empty()) return credentials.problems();
    std::vector<std::string> problems = file_problems(configuration);
    for (std::string& problem : problems)
        problem = credentials.readable(std::move(problem));
    return problems;
}

void report_api(const ApiSettings& api) {
    if (!api.configured) {
        const PackagedService& service = PackagedService::own();
        std::cout << "api: not configured; under systemd the API listens on " << service.api_socket()
                  << (service.instance().empty() ? " and serves metrics and a status page on 127.0.0.1:8461\n"
                                                 : "; for metrics, set api.listen\n");
        return;
    }
    std::cout << "api: will listen on " << api.listen.to_string()
              << (api.token_file ? ", with a token\n" : ", for this machine only, without a token\n");
}

// Estimates the size of one year's former versions from the rate so far.
std::string yearly_text(const VersionUse& use, Timestamp now) {
    constexpr std::chrono::hours day{24};
    const Duration kept = use.since ? now - *use.since : Duration{};
    if (kept < day) return "; too little time has passed to estimate a year";
    const double years = std::chrono::duration<double>(kept) / (365 * day);
    return "; about " + bytes_text(static_cast<std::uint64_t>(static_cast<double>(use.bytes) / years)) +
           " a year at the rate since " + use.since->to_string_ms().substr(0, 10);
}

void report_versions(const Configuration& configuration) {
    const auto use = peek_versions(configuration);
    if (!use || !*use || (*use)->versions == 0) return;
    const auto& age = configuration.store.keep.versions;
    boost::asio::io_context io;
    std::cout << "store: " << counted((*use)->versions, "former version", "former versions") << ", "
              << bytes_text((*use)->bytes) << yearly_text(**use, SystemClock(io).wall())
              << "; store.keep.versions: " << (age ? format_duration(*age) : "all") << "\n";
}

}  // namespace

ExitCode allow_new_store(const Options& options) {
    const LoadedConfiguration loaded = load_configuration(options.config);
    if (!loaded.ok()) {
        std::cerr << report(loaded.file, loaded.problems) << "\n";
        return ExitCode::configuration;
    }
    const std::string store = store_path(loaded.configuration);
    if (store.empty()) {
        std::cout << store_text(loaded.configuration)
                  << ": the next start creates an empty store if there is none\n";
        return ExitCode::ok;
    }
    const PackagedService& service = PackagedService::own();
    for (const std::string& marker : store_markers(loaded.configuration, process_environment)) {
        std::error_code failure;
        std::filesystem::remove(marker, failure);
        if (failure && failure != std::errc::no_such_file_or_directory) {
            const bool as_root = failure == std::errc::permission_denied;
            std::cerr << marker << ": " << failure.message()
                      << (as_root ? "; run " + service.program() + " --new-store as root\n" : "\n");
            return ExitCode::unavailable;
        }
    }
    std::cout << store << ": the next start creates an empty store if the file is missing: systemctl start "
              << service.unit() << "\n";
    return ExitCode::ok;
}

ExitCode check_configuration(const Options& options) {
    const LoadedConfiguration loaded = load_configuration(options.config);
    if (!loaded.ok()) {
        std::cerr << report(loaded.file, loaded.problems) << "\n";
        return ExitCode::configuration;
    }
    print_findings(loaded);
    warn_of_large_filters(loaded);
    std::vector<std::string> problems = credential_and_file_problems(loaded.configuration, loaded.file);
    Surroundings surroundings = check_surroundings(loaded.configuration, loaded.file);
    for (const std::string& warning : surroundings.warnings)
        std::cerr << loaded.file << ": warning: " << warning << "\n";
    problems.insert(problems.end(), surroundings.problems.begin(), surroundings.problems.end());
    if (const auto unusable = store_problem(loaded.configuration)) problems.push_back(*unusable);
    if (!problems.empty()) {
        for (const std::string& problem : problems)
            std::cerr << loaded.file << ": " << problem << "\n";
        return ExitCode::configuration;
    }
    std::cout << loaded.file << ": valid\n";
    report_streams(loaded.configuration);
    report_versions(loaded.configuration);
    report_api(loaded.configuration.api);
    return ExitCode::ok;
}

}  // namespace carecloud
