#include "ctl/daemon_client.hpp"

#include "base/packaged_service.hpp"
#include "net/url.hpp"
#include "runtime/configuration.hpp"
#include "runtime/files.hpp"
#include "runtime/text.hpp"

#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

// The API holds a request for changes for at most a minute, and the connection may be slow.
constexpr std::chrono::milliseconds kPatience{90'000};
constexpr std::chrono::milliseconds kConnect{5'000};
// A large record gets its own page, so even that fits.
constexpr std::size_t kAnswerMax = 256U << 20U;
constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kUnixPathMax = 107;
constexpr std::string_view kDenied = "Permission denied";
constexpr std::string_view kVersionsKept =
    "carecloudctl history ENTITY ID lists the changes of a record, and whether the version of each is kept";
constexpr std::string_view kOneVersion =
    "carecloudctl and carecloud-syncd must have the same version; see carecloudctl status and carecloudctl "
    "-V";

CtlFailure bad_url(const std::string& url, const std::string& why) {
    return {.exit = CtlExit::usage,
            .what = "--url " + in_quotes(url, 200) + ": " + why,
            .hint = "use http://127.0.0.1:8461, https://host or unix:/run/carecloud-syncd/api.sock"};
}

CtlFailure nothing_to_trust(const std::string& url) {
    return {.exit = CtlExit::usage,
            .what = "--ca-file cannot be used with " + in_quotes(url, 200),
            .hint = "it is for https only; omit it, or use --url https://…"};
}

CtlResult<HttpClientSettings> settings_for(const DaemonAddress& address) {
    HttpClientSettings settings{.ca_file = address.ca_file};
    settings.timeouts = {.connect = kConnect, .head = kPatience, .body = kPatience, .total = kPatience};
    settings.response_bytes_max = kAnswerMax;
    settings.proxy = ProxyEnvironment::of_process();
    if (address.url.starts_with(kUnix)) {
        settings.origin = {.tls = false, .host = "localhost", .port = 80};
        settings.unix_path = address.url.substr(kUnix.size());
        if (!settings.unix_path.starts_with('/') || settings.unix_path.size() > kUnixPathMax)
            return bad_url(address.url, "a socket path must start with / and have at most 107 bytes");
        if (!address.ca_file.empty()) return nothing_to_trust(address.url);
        return settings;
    }
    const Result<HttpUrl> url = parse_http_url(address.url);
    if (!url) return bad_url(address.url, url.error().subject);
    if (url->target != "/") return bad_url(address.url, "it must not have a path");
    if (!address.ca_file.empty() && !url->origin.tls) return nothing_to_trust(address.url);
    settings.origin = url->origin;
    return settings;
}

// A hint for the command line, because the API's hints name API paths. Empty: the API's hint applies here, too.
std::string_view command_hint(std::string_view code) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> hints{{
        {"numbers_only",
         "omit --url; root and members of the group carecloud-api can use the daemon's socket"},
        {"no_such_pass", "carecloudctl passes lists the newest passes"},
        {"not_in_quarantine", "carecloudctl quarantine lists quarantined records"},
        {"no_such_record",
         "carecloudctl sync polls for new records; the stream's filter may exclude this one"},
        {"no_such_version", kVersionsKept},
        {"version_not_kept", kVersionsKept},
        {"changes_pruned",
         "restart with carecloudctl changes --since 0: the log has the newest change of each record, and all "
         "later ones"},
        {"generation_changed", "restart with carecloudctl changes --since 0"},
        {"too_many_waiting", "try again later"},
        {"no_such_path", kOneVersion},
        {"wrong_method", kOneVersion},
    }};
    for (const auto& [known, hint] : hints) {
        if (known == code) return hint;
    }
    return {};
}

std::string url_of(const ApiSettings& api) {
    if (api.listen.is_unix() || api.listen.port == 0) return api.listen.to_string();
    ListenAddress here = api.listen;
    if (here.host == "0.0.0.0") here.host = "127.0.0.1";
    if (here.host == "::") here.host = "::1";
    return "http://" + here.to_string();
}

// True for an unusable file, too: its problem is reported when it is used.
bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0 || errno == EACCES;
}

PackagedService service_of(const CommandLine& line) {
    return PackagedService(line.text("instance"));
}

}  // namespace

DaemonClient::DaemonClient(std::string url, std::string token, std::unique_ptr<HttpClient> http)
    : url_(std::move(url)), token_(std::move(token)), http_(std::move(http)) {}

CtlResult<std::unique_ptr<DaemonClient>> DaemonClient::create(const boost::asio::any_io_executor& executor,
                                                              const DaemonAddress& address) {
    auto settings = settings_for(address);
    if (!settings) return settings.error();
    std::string token;
    if (!address.token_file.empty()) {
        Result<std::string> read = read_secret_file(address.token_file);
        if (!read)
            return CtlFailure{
                .exit = CtlExit::refused, .what = printable(read.error().subject), .hint = read.error().hint};
        token = *std::move(read);
    }
    auto http = HttpClient::create(executor, *std::move(settings));
    if (!http)
        return CtlFailure{.exit = CtlExit::usage, .what = http.error().subject, .hint = http.error().hint};
    return std::unique_ptr<DaemonClient>(new DaemonClient(address.url, std::move(token), *std::move(http)));
}

Task<CtlResult<std::string>> DaemonClient::get(std::string target) {
    return ask("GET", std::move(target));
}

Task<CtlResult<std::string>> DaemonClient::ask(std::string method, std::string target) {
    HttpRequest request{.method = std::move(method), .target = std::move(target)};
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    auto asking = http_->request(std::move(request));
    const Result<HttpResponse> answer = co_await std::move(asking);
    if (!answer) co_return failure_of(answer.error());
    if (answer->status < 200 || answer->status > 299) co_return failure_of(*answer);
    co_return std::string(answer->text());
}

CtlFailure DaemonClient::failure_of(const Error& error) const {
    const std::string where = " at " + printable(url_) + " (" + printable(error.subject) + ")";
    switch (error.code) {
        case ErrorCode::canceled:
            return {.exit = CtlExit::interrupted, .what = "interrupted"};
        case ErrorCode::timed_out:
            return {.passing = true,
                    .exit = CtlExit::temporary,
                    .what = "the daemon is not responding" + where,
                    .hint = "check its state: systemctl status " + PackagedService::own().unit()};
        case ErrorCode::tls_failed:
            return {.exit = CtlExit::unavailable,
                    .what = "cannot establish a trusted connection" + where,
                    .hint = "specify the CA certificates with --ca-file"};
        case ErrorCode::bad_response:
        case ErrorCode::too_large:
            return {.passing = true,
                    .exit = CtlExit::protocol,
                    .what = "no carecloud-syncd" + where,
                    .hint = "set --url to the address in api.listen"};
        case ErrorCode::invalid_argument:
            return {.exit = CtlExit::usage, .what = printable(error.subject), .hint = error.hint};
        default:
            if (error.subject.find(kDenied) != std::string::npos)
                return {
                    .exit = CtlExit::refused,
                    .what = "permission denied for the daemon's socket" + where,
                    .hint = "run as root, or add the user to the socket's group: adduser USER carecloud-api"};
            return {.passing = true,
                    .exit = CtlExit::unavailable,
                    .what = "cannot connect to the daemon" + where,
                    .hint = "start it: systemctl start " + PackagedService::own().unit() +
                            "\n  if it listens elsewhere, specify its configuration with --config or its "
                            "address with --url"};
    }
}

CtlFailure DaemonClient::failure_of(const HttpResponse& answer) const {
    CtlFailure failure{.exit = CtlExit::wrong, .what = "HTTP " + std::to_string(answer.status)};
    const auto problem = nlohmann::json::parse(answer.text(), nullptr, false);
    if (!problem.is_object() || !problem.contains("code")) {
        failure.exit = CtlExit::protocol;
        failure.what += " from a server that is not carecloud-syncd at " + printable(url_);
        failure.hint = "set --url to the address in api.listen";
        return failure;
    }
    failure.code = problem.value("code", "");
    failure.what = printable(problem.value("detail", failure.what));
    failure.hint = command_hint(failure.code);
    if (failure.hint.empty()) failure.hint = printable(problem.value("hint", ""));
    if (answer.status == 400) failure.exit = CtlExit::usage;
    if (answer.status == 401 || answer.status == 403) failure.exit = CtlExit::refused;
    if (failure.exit == CtlExit::refused && failure.code != "numbers_only") {
        failure.hint = token_.empty() ? "set --token-file to the file in api.token_file"
                                      : "--token-file must be the file in api.token_file or a copy of it";
    }
    if (answer.status == 429 || answer.status == 503) {
        failure.exit = CtlExit::temporary;
        failure.passing = true;
    }
    return failure;
}

CtlJson parse_answer(const std::string& body) {
    return CtlJson::parse(body);
}

void add_query(std::string& target, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    target += target.find('?') == std::string::npos ? '?' : '&';
    target.append(name).append("=").append(percent_encode(value));
}

CtlResult<DaemonAddress> find_daemon(const CommandLine& line) {
    DaemonAddress address{.token_file = line.text("token-file"), .ca_file = line.text("ca-file")};
    if (line.has("url")) {
        address.url = line.text("url");
        return address;
    }
    const PackagedService service = service_of(line);
    const LoadedConfiguration loaded = load_configuration(configuration_file(line));
    const ApiSettings& api = loaded.configuration.api;
    if (!loaded.ok() && line.has("config") && !api.configured)
        return CtlFailure{
            .exit = CtlExit::usage,
            .what =
                "the configuration file of --config is invalid and does not give the address of the daemon",
            .hint = report(printable(loaded.file), loaded.problems)};
    if (!loaded.ok() && api.configured)
        address.notice = printable(loaded.file) + " has errors, which carecloud-syncd --check lists";
    if (api.configured) {
        address.url = url_of(api);
        // A socket passed by systemd overrides api.listen.
        if (line.has("instance") && exists(service.passed_api_socket()))
            address.url = std::string(kUnix) + service.passed_api_socket();
        // A token file that only root can read must be given with --token-file.
        const bool known = address.token_file.empty() && api.token_file;
        if (known && ::access(api.token_file->c_str(), R_OK) == 0) address.token_file = *api.token_file;
    } else if (line.has("instance") || exists(service.api_socket())) {
        // With --instance, never the default address: another agency's service may listen on it.
        address.url = std::string(kUnix) + service.api_socket();
    }
    return address;
}

std::string configuration_file(const CommandLine& line) {
    return line.text("config", service_of(line).configuration());
}

}  // namespace carecloud
