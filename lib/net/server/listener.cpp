#include "net/server/listener.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace carecloud {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr mode_t kUnixMode = 0660;

Error cannot_listen(const std::string& address, std::string what, std::string hint) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "listen on " + address,
            .subject = std::move(what),
            .hint = std::move(hint)};
}

std::string remedy(const error_code& failure) {
    switch (failure.value()) {
        case EADDRINUSE:
            return "address already in use: stop the other program or use another port";
        case EACCES:
        case EPERM:
            return "ports below 1024 require AmbientCapabilities=CAP_NET_BIND_SERVICE or a socket unit of "
                   "systemd; or listen on a higher port behind a proxy";
        case EADDRNOTAVAIL:
            return "this machine has no such address: use one shown by `ip address`, or 0.0.0.0 for all";
        case EAFNOSUPPORT:
            return "the kernel does not support this address family";
        default:
            return "check the address and the port";
    }
}

error_code last_error() {
    return {errno, boost::system::system_category()};
}

// Whether another process still listens on a Unix socket. A full backlog (EAGAIN) counts as yes.
bool is_live(const std::string& path) {
    const asio::local::stream_protocol::endpoint endpoint(path);
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return true;
    const bool refused = ::connect(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 &&
                         errno == ECONNREFUSED;
    ::close(probe);
    return !refused;
}

// Removes a stale socket with that path.
Result<> remove_stale(const std::string& address, const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) {
        return cannot_listen(address, "file exists and is not a socket", "remove it or use another path");
    }
    if (is_live(path)) {
        return cannot_listen(address, "address already in use", "stop the other program or use another path");
    }
    if (::unlink(path.c_str()) != 0) {
        return cannot_listen(address, "cannot remove a stale socket: " + last_error().message(),
                             "check the permissions of its directory");
    }
    return {};
}

int socket_option(int descriptor, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

std::string ServerAddress::to_string() const {
    if (inherited_fd >= 0) return "descriptor " + std::to_string(inherited_fd);
    if (!unix_path.empty()) return "unix:" + unix_path;
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

ServerListener::ServerListener(const asio::any_io_executor& executor, const ServerAddress& address)
    : acceptor_(executor), address_(address.to_string()) {}

ServerListener::~ServerListener() {
    close();
}

Result<std::unique_ptr<ServerListener>> ServerListener::open(const asio::any_io_executor& executor,
                                                             const ServerAddress& address, int backlog) {
    std::unique_ptr<ServerListener> listener(new ServerListener(executor, address));
    const Result<> bound = address.inherited_fd >= 0    ? listener->adopt(address.inherited_fd)
                           : !address.unix_path.empty() ? listener->bind_unix(address.unix_path, backlog)
                                                        : listener->bind_tcp(address, backlog);
    if (!bound) return bound.error();
    listener->learn_port();
    return listener;
}

Result<> ServerListener::bind_tcp(const ServerAddress& address, int backlog) {
    error_code failure;
    const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
    const asio::ip::address ip = asio::ip::make_address(host, failure);
    if (failure) {
        return cannot_listen(address_, "not an IP address",
                             "use an address of this machine, or 0.0.0.0 for all");
    }
    const tcp::endpoint endpoint(ip, address.port);
    acceptor_.open(Protocol(endpoint.protocol().family(), IPPROTO_TCP), failure);
    // Otherwise a restart would have to wait for the old connections' TIME_WAIT.
    if (!failure) acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(backlog, failure);
    if (failure) return cannot_listen(address_, failure.message(), remedy(failure));
    return {};
}

Result<> ServerListener::bind_unix(const std::string& path, int backlog) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return cannot_listen(address_, "a path of " + std::to_string(path.size()) + " bytes",
                             "a Unix socket path must have at most " +
                                 std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
    }
    Result<> free = remove_stale(address_, path);
    if (!free) return free;
    error_code failure;
    acceptor_.open(Protocol(AF_UNIX, 0), failure);
    if (!failure) acceptor_.bind(asio::local::stream_protocol::endpoint(path), failure);
    if (failure)
        return cannot_listen(address_, failure.message(), "check that its directory exists and is writable");
    struct stat made {};
    if (::lstat(path.c_str(), &made) == 0) {
        unix_path_ = path;
        unix_inode_ = made.st_ino;
    }
    // No client can connect before listen(2), so the mode is right from the first connection on; umask(2) would affect
    // the whole process.
    if (::chmod(path.c_str(), kUnixMode) != 0) failure = last_error();
    if (!failure) acceptor_.listen(backlog, failure);
    if (failure) return cannot_listen(address_, failure.message(), "check the permissions of its directory");
    return {};
}

Result<> ServerListener::adopt(int descriptor) {
    const bool listening =
        socket_option(descriptor, SO_ACCEPTCONN) == 1 && socket_option(descriptor, SO_TYPE) == SOCK_STREAM;
    if (!listening) {
        return cannot_listen(address_, "not a listening stream socket",
                             "the socket unit must have ListenStream= and Accept=no");
    }
    error_code failure;
    const Protocol protocol(socket_option(descriptor, SO_DOMAIN), socket_option(descriptor, SO_PROTOCOL));
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    acceptor_.assign(protocol, descriptor, failure);
    if (failure) return cannot_listen(address_, failure.message(), "check the socket unit");
    return {};
}

void ServerListener::learn_port() {
    error_code failure;
    const Protocol::endpoint local = acceptor_.local_endpoint(failure);
    const int family = failure ? AF_UNSPEC : local.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) return;
    tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), local.data(), local.size());
    endpoint.resize(local.size());
    port_ = endpoint.port();
    address_ = ServerAddress{.host = endpoint.address().to_string(), .port = port_}.to_string();
}

void ServerListener::close() {
    error_code ignored;
    acceptor_.close(ignored);
    if (unix_path_.empty()) return;
    struct stat found {};
    const bool ours = ::lstat(unix_path_.c_str(), &found) == 0 && found.st_ino == unix_inode_;
    if (ours) ::unlink(unix_path_.c_str());
    unix_path_.clear();
}

}  // namespace carecloud
