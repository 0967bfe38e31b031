// A server's listening socket: an address and port, a Unix socket, or one inherited from the service manager.
//
//     auto listener = ServerListener::open(executor, {.host = "127.0.0.1", .port = 8461}, 1024);
//
// I/O thread only.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace carecloud {

// Exactly one of these is set: host (and port), unix_path, inherited_fd.
struct ServerAddress {
    std::string host{};       // an IP address without brackets, or "localhost" (127.0.0.1)
    std::uint16_t port = 0;   // 0: the kernel chooses
    std::string unix_path{};  // absolute
    int inherited_fd = -1;    // already listening (sd_listen_fds(3)); the listener closes it

    // "127.0.0.1:8461", "[::1]:8461", "unix:/run/…", "descriptor 3".
    std::string to_string() const;
};

class ServerListener {
  public:
    using Protocol = boost::asio::generic::stream_protocol;
    using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;

    // Binds and listens. A Unix socket has mode 0660; a stale socket file, on which no process listens, is replaced.
    // Errors (invalid_argument, with the remedy): the address is in use, not of this machine, not permitted, or
    // invalid; the descriptor is not a listening socket (then it is left open).
    static Result<std::unique_ptr<ServerListener>> open(const boost::asio::any_io_executor& executor,
                                                        const ServerAddress& address, int backlog);
    ~ServerListener();
    ServerListener(const ServerListener&) = delete;
    ServerListener& operator=(const ServerListener&) = delete;

    Acceptor& acceptor() { return acceptor_; }
    // The actual port; 0 for a Unix socket.
    std::uint16_t port() const { return port_; }
    // The address with the actual port, for messages.
    const std::string& address() const { return address_; }

    // Refuses new connections from now on. Removes the file of a Unix socket that this object created.
    void close();

  private:
    ServerListener(const boost::asio::any_io_executor& executor, const ServerAddress& address);

    Result<> bind_tcp(const ServerAddress& address, int backlog);
    Result<> bind_unix(const std::string& path, int backlog);
    Result<> adopt(int descriptor);
    void learn_port();

    Acceptor acceptor_;
    std::string address_;
    std::uint16_t port_ = 0;
    std::string unix_path_;  // the file that close() removes
    ino_t unix_inode_ = 0;   // of that file; a later file with the same path is kept
};

}  // namespace carecloud
