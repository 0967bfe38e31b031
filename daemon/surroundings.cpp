#include "surroundings.hpp"

#include "base/packaged_service.hpp"
#include "base/quantity_text.hpp"
#include "net/client/proxy.hpp"
#include "net/server/tls_server.hpp"
#include "net/url.hpp"
#include "open_store.hpp"
#include "runtime/listen_address.hpp"
#include "runtime/service_unit.hpp"
#include "runtime/text.hpp"
#include "telemetry/service_state.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace carecloud {
namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;

constexpr std::string_view kListening = "0A";  // TCP_LISTEN in /proc/net/tcp
constexpr unsigned long kAccepts = 0x10000;    // __SO_ACCEPTCON in /proc/net/unix
constexpr const char* kProcesses = "/proc";

// A process that already listens on an address of this machine, according to /proc.
struct SocketHolder {
    pid_t pid = 0;
    std::string program;  // the kernel's name for it: at most 15 bytes
};

using Inodes = std::set<std::string>;

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// proc(5): sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
void add_tcp(const std::string& file, std::uint16_t port, Inodes& inodes) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() < 10 || words[3] != kListening) continue;
        const std::size_t colon = words[1].rfind(':');
        if (colon == std::string::npos) continue;
        if (std::strtoul(words[1].c_str() + colon + 1, nullptr, 16) == port) inodes.insert(words[9]);
    }
}

// Num RefCount Protocol Flags Type St Inode Path
void add_unix(const std::string& path, Inodes& inodes) {
    std::ifstream in("/proc/net/unix");
    for (std::string line; std::getline(in, line);) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() < 8 || words[7] != path) continue;
        if ((std::strtoul(words[3].c_str(), nullptr, 16) & kAccepts) != 0) inodes.insert(words[6]);
    }
}

Inodes listening(const ListenAddress& listen) {
    Inodes inodes;
    if (listen.is_unix()) {
        add_unix(listen.unix_path, inodes);
    } else {
        add_tcp("/proc/net/tcp", listen.port, inodes);
        add_tcp("/proc/net/tcp6", listen.port, inodes);
    }
    return inodes;
}

bool holds_one(const fs::path& process, const Inodes& inodes) {
    std::error_code failure;
    fs::directory_iterator files(process / "fd", failure);
    for (; !failure && files != fs::directory_iterator(); files.increment(failure)) {
        std::error_code gone;
        const std::string target = fs::read_symlink(files->path(), gone).string();
        constexpr std::string_view socket = "socket:[";
        if (!gone && target.starts_with(socket) &&
            inodes.contains(target.substr(socket.size(), target.size() - socket.size() - 1)))
            return true;
    }
    return false;
}

// Zero if it is not a process.
pid_t pid_in(const std::string& name) {
    pid_t pid = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    return failure == std::errc{} && end == name.data() + name.size() ? pid : 0;
}

// Whether `listen` cannot be bound now because somebody listens there. Opens no connection.
bool is_taken(const ListenAddress& listen) {
    if (listen.is_unix()) return !listening(listen).empty();
    boost::system::error_code failure;
    const auto ip = asio::ip::make_address(listen.host == "localhost" ? "127.0.0.1" : listen.host, failure);
    if (failure || listen.port == 0) return false;
    const asio::ip::tcp::endpoint endpoint(ip, listen.port);
    const int probe = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return false;
    const int yes = 1;
    ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);  // as the server does
    const bool bound = ::bind(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
    const int failed_by = errno;
    ::close(probe);
    if (bound) return false;
    // Without the privilege for a low port, only the list of listening sockets shows this.
    return failed_by == EADDRINUSE || (failed_by == EACCES && !listening(listen).empty());
}

// The processes with a listening socket for that port or path. Empty if there are none, or only processes of other
// users that this one may not inspect.
std::vector<SocketHolder> holders_of(const ListenAddress& listen) {
    const Inodes inodes = listening(listen);
    std::vector<SocketHolder> holders;
    std::error_code failure;
    fs::directory_iterator processes(kProcesses, failure);
    for (; !failure && processes != fs::directory_iterator(); processes.increment(failure)) {
        const pid_t pid = pid_in(processes->path().filename().string());
        if (pid == 0 || inodes.empty() || !holds_one(processes->path(), inodes)) continue;
        SocketHolder holder{.pid = pid, .program = {}};
        std::ifstream name(processes->path() / "comm");
        std::getline(name, holder.program);
        holders.push_back(std::move(holder));
    }
    return holders;
}

// From etc/config.yaml, as installed.
constexpr std::string_view kExampleUrl = "https://portal.example.org/api";
constexpr std::string_view kExampleId = "000000000000000000000000";
constexpr std::string_view kProgram = "carecloud-syncd";
// True if systemd is the init system, sd_booted(3).
constexpr const char* kSystemdRuns = "/run/systemd/system";

void find_placeholders(const PortalSettings& portal, Surroundings& found) {
    if (portal.base_url == kExampleUrl)
        found.problems.push_back("portal.base_url: " + std::string(kExampleUrl) +
                                 " is the example value; use the address provided by your CareCloud contact");
    const auto check = [&](const std::string& id, const std::string& name) {
        if (id == kExampleId)
            found.problems.push_back("portal." + name +
                                     ": all zeros is the example value; use the id provided with your key");
    };
    check(portal.workspace_id, "workspace_id");
    check(portal.bucket_id, "bucket_id");
}

// Empty if a file can be created in it. systemd creates the service's own folders when it starts.
std::string wrong_with_folder(const std::filesystem::path& folder) {
    const PackagedService& service = PackagedService::own();
    if (folder == service.state_folder() || folder == service.runtime_folder()) return {};
    std::error_code failure;
    const auto status = std::filesystem::status(folder, failure);
    if (std::filesystem::is_directory(status)) return {};
    if (status.type() == std::filesystem::file_type::not_found)
        return "the directory " + in_quotes(folder.string(), 400) +
               " does not exist; create it, writable by the service user";
    if (failure) return {};  // not visible to this user
    return in_quotes(folder.string(), 400) + " is not a directory; specify a file in an existing directory";
}

void find_store_folder(const Configuration& configuration, Surroundings& found) {
    const std::string wrong =
        wrong_with_folder(std::filesystem::path(store_path(configuration)).parent_path());
    if (!wrong.empty()) found.problems.push_back("store.url: " + wrong);
}

std::filesystem::path resolved(const std::filesystem::path& path) {
    std::error_code failure;
    const auto found = std::filesystem::weakly_canonical(path, failure);
    return failure ? path : found;
}

void find_denied(const std::string& setting, const std::string& path, const ServiceUnit& unit,
                 Surroundings& found) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    const std::string denied = denied_by(unit, folder);
    // StateDirectory= is a symbolic link created by systemd, and others may point to it.
    if (!denied.empty() && !denied_by(unit, resolved(folder)).empty())
        found.warnings.push_back(setting + ": " + denied);
}

// A poll without changes is one request: the minimum.
void find_small_quota(const Configuration& configuration, Surroundings& found) {
    const auto quota = configuration.portal.rate.monthly_quota;
    if (!quota) return;
    constexpr std::chrono::hours month{31 * 24};
    double polls = 0;
    for (const StreamSettings& stream : configuration.streams)
        polls += std::chrono::duration<double>(month) / std::chrono::duration<double>(stream.poll_every);
    const auto needed = static_cast<std::uint64_t>(std::ceil(polls));
    if (needed <= *quota) return;
    const auto least = std::chrono::seconds(static_cast<std::int64_t>(
        std::ceil(std::chrono::duration<double>(month).count() *
                  static_cast<double>(configuration.streams.size()) / static_cast<double>(*quota))));
    found.warnings.push_back("portal.rate.monthly_quota: polls alone require " + grouped(needed) +
                             " requests in a month of 31 days, but the quota is " + grouped(*quota) +
                             ": polls will be less frequent than poll_every; set poll_every to " +
                             std::to_string(least.count()) + "s or more, or request a larger quota");
}

void find_bad_proxy(const PortalSettings& portal, Surroundings& found) {
    const Result<HttpUrl> url = parse_http_url(portal.base_url);
    if (!url) return;  // reported by the parser
    const auto proxy = choose_proxy(url->origin, ProxyEnvironment::of_process());
    if (!proxy)
        found.problems.push_back("HTTPS_PROXY in the environment: " + proxy.error().subject + "; " +
                                 proxy.error().hint);
}

bool is_ours(const SocketHolder& holder) {
    return holder.program == kProgram || (holder.pid == 1 && holder.program == "systemd");
}

// SNS does not deliver to an endpoint with an expired certificate.
void find_old_certificate(const SnsSettings& sns, Surroundings& found) {
    if (!sns.tls) return;
    const auto tls = make_server_tls(sns.tls->certificate, sns.tls->private_key);
    const auto end = tls ? certificate_end(**tls)
                         : std::nullopt;  // an unreadable file is reported as a problem of that file
    if (!end) return;
    const Timestamp now{std::time(nullptr) * Timestamp::ticks_per_second};
    if (*end - now > kCertificateWarning) return;
    found.warnings.push_back("sns.tls.certificate: " + printable(sns.tls->certificate) +
                             (*end > now ? " expires on " : " expired on ") + end->to_string().substr(0, 10) +
                             ": SNS does not deliver to an endpoint with an expired certificate; renew it");
}

void find_privileged_port(const std::string& setting, const ListenAddress& listen, Surroundings& found) {
    if (listen.is_unix() || listen.port == 0) return;
    std::ifstream limit("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    unsigned first_free = 1024;
    limit >> first_free;
    if (listen.port >= first_free) return;
    found.warnings.push_back(
        setting + ": port " + std::to_string(listen.port) +
        " requires a privilege that the packaged service does not have; let systemd listen instead "
        "(systemctl enable --now " +
        PackagedService::own().socket_unit("sns") + "), or use port " + std::to_string(first_free) +
        " or higher");
}

void find_taken(const std::string& setting, const ListenAddress& listen, Surroundings& found) {
    if (listen.is_unix()) {
        const std::string wrong = wrong_with_folder(std::filesystem::path(listen.unix_path).parent_path());
        if (!wrong.empty()) found.problems.push_back(setting + ": " + wrong);
    }
    if (!is_taken(listen)) {
        find_privileged_port(setting, listen, found);
        return;
    }
    const std::vector<SocketHolder> holders = holders_of(listen);
    if (std::any_of(holders.begin(), holders.end(), is_ours)) return;
    const std::string taken = setting + ": address already in use: " + listen.to_string();
    if (holders.empty()) {
        found.warnings.push_back(
            taken +
            ", by a process of another user; run --check as root to see whether it is the service itself");
        return;
    }
    const SocketHolder& holder = holders.front();
    found.problems.push_back(taken + ", by " + printable(holder.program) + " (process " +
                             std::to_string(holder.pid) + "); stop it or use another address");
}

}  // namespace

std::optional<ServiceUnit> unit_for(const std::string& file) {
    std::error_code failure;
    if (!std::filesystem::is_directory(kSystemdRuns, failure)) return std::nullopt;
    auto unit = read_service_unit(PackagedService::own().unit() + ".service", systemd_unit_folders());
    if (!unit || resolved(unit->config) != resolved(std::filesystem::absolute(file, failure)))
        return std::nullopt;
    return unit;
}

Surroundings check_surroundings(const Configuration& configuration, const std::string& file) {
    Surroundings found;
    if (const auto unit = unit_for(file)) {
        if (!store_path(configuration).empty())
            find_denied("store.url", store_path(configuration), *unit, found);
        if (configuration.api.configured && configuration.api.listen.is_unix())
            find_denied("api.listen", configuration.api.listen.unix_path, *unit, found);
    }
    find_placeholders(configuration.portal, found);
    if (!store_path(configuration).empty()) find_store_folder(configuration, found);
    find_small_quota(configuration, found);
    find_bad_proxy(configuration.portal, found);
    if (configuration.sns) {
        find_taken("sns.listen", configuration.sns->listen, found);
        find_old_certificate(*configuration.sns, found);
    }
    if (configuration.api.configured) find_taken("api.listen", configuration.api.listen, found);
    return found;
}

}  // namespace carecloud
