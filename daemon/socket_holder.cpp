#include "socket_holder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace carecloud {
namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;

constexpr std::string_view kListening = "0A";  // TCP_LISTEN in /proc/net/tcp
constexpr unsigned long kAccepts = 0x10000;    // __SO_ACCEPTCON in /proc/net/unix
constexpr const char* kProcesses = "/proc";

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

}  // namespace

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
    // Without the privilege for a low port, only the list of listening sockets shows it.
    return failed_by == EADDRINUSE || (failed_by == EACCES && !listening(listen).empty());
}

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

}  // namespace carecloud
