#include "bench/canned_server.hpp"

#include "bench/canned_answer.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace carecloud::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int listen_on_loopback(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (fd < 0 || ::bind(fd, generic, size) != 0 || ::listen(fd, 16) != 0 ||
        ::getsockname(fd, generic, &size) != 0)
        fail("listen on loopback");
    port = ntohs(address.sin_port);
    return fd;
}

std::string date_now() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return text;
}

bool send_all(int fd, std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                          {const_cast<char*>(body.data()), body.size()}};
        const ssize_t sent = ::writev(fd, parts, 2);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        const auto count = static_cast<std::size_t>(sent);
        const std::size_t of_head = std::min(count, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(count - of_head);
    }
    return true;
}

// The value of a header, in lower or mixed case; empty if it is absent.
std::string_view header(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        if (line.size() <= name.size() || line[name.size()] != ':') continue;
        if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
        std::string_view value = line.substr(name.size() + 1);
        while (value.starts_with(' '))
            value.remove_prefix(1);
        return value;
    }
    return {};
}

// The bytes of one connection, until they form a request.
struct Client {
    int fd = -1;
    std::string in;
};

class Serving {
  public:
    Serving(const Dataset& data, ServerCounts& counts, int listener, int notice_fd)
        : data_(data), counts_(counts), listener_(listener), notice_fd_(notice_fd) {}

    [[noreturn]] void run() {
        for (;;) {
            std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
            for (const Client& client : clients_)
                waiting.push_back({client.fd, POLLIN, 0});
            if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
            for (std::size_t i = clients_.size(); i > 0; --i) {
                if (waiting[i].revents == 0 || receive(clients_[i - 1])) continue;
                ::close(clients_[i - 1].fd);
                clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i - 1));
            }
            if (waiting[0].revents != 0) accept();
        }
    }

  private:
    void accept() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) clients_.push_back({fd, {}});
    }

    // False: the connection has ended.
    bool receive(Client& client) {
        char room[16384];
        const ssize_t count = ::recv(client.fd, room, sizeof room, 0);
        if (count <= 0) return false;
        client.in.append(room, static_cast<std::size_t>(count));
        for (;;) {
            const std::size_t end = client.in.find("\r\n\r\n");
            if (end == std::string::npos) return true;
            const std::string_view head = std::string_view(client.in).substr(0, end + 2);
            const std::string_view length = header(head, "content-length");
            std::size_t bytes = 0;
            std::from_chars(length.data(), length.data() + length.size(), bytes);
            if (client.in.size() < end + 4 + bytes) return true;
            if (!answer(client.fd, head, std::string_view(client.in).substr(end + 4, bytes))) return false;
            client.in.erase(0, end + 4 + bytes);
        }
    }

    bool answer(int fd, std::string_view head, std::string_view body) {
        const CannedAnswer made = answer_query(data_, counts_.visible, body);
        ++counts_.requests;
        if (made.status != 200) ++counts_.refused;
        if (!made.beforehand) ++counts_.on_demand;
        const bool accepted = header(head, "accept-encoding").find("gzip") != std::string_view::npos;
        const bool zipped = counts_.gzip && accepted && !made.gzip.empty();
        const std::string_view content = zipped ? made.gzip : made.made.empty() ? made.plain : made.made;
        std::string out = made.status == 200 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 400 Bad Request\r\n";
        out += "Date: " + date_now() + "\r\nContent-Type: application/json\r\n";
        if (zipped) out += "Content-Encoding: gzip\r\n";
        out += "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n";
        if (!send_all(fd, out, content)) return false;
        if (made.status == 200 && made.records == 0) notify();
        return true;
    }

    void notify() {
        ++counts_.empty;
        if (::write(notice_fd_, "", 1) < 0 && errno != EAGAIN) ::_exit(1);
    }

    const Dataset& data_;
    ServerCounts& counts_;
    int listener_;
    int notice_fd_;
    std::vector<Client> clients_;
};

}  // namespace

CannedServer::CannedServer(const Dataset& data) {
    void* shared =
        ::mmap(nullptr, sizeof(ServerCounts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) fail("share the counts");
    counts_ = new (shared) ServerCounts;
    counts_->visible = data.count;
    const int listener = listen_on_loopback(port_);
    int notices[2];
    if (::pipe2(notices, O_CLOEXEC | O_NONBLOCK) != 0) fail("make a pipe");
    child_ = ::fork();
    if (child_ < 0) fail("start the canned portal");
    if (child_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::signal(SIGPIPE, SIG_IGN);
        Serving(data, *counts_, listener, notices[1]).run();
    }
    ::close(listener);
    ::close(notices[1]);
    notice_fd_ = notices[0];
}

CannedServer::~CannedServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(notice_fd_);
    ::munmap(counts_, sizeof(ServerCounts));
}

void CannedServer::wait_for_empty(std::uint64_t answers, int seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (counts_->empty < answers) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) throw std::runtime_error("the daemon did not poll in time");
        pollfd notices{notice_fd_, POLLIN, 0};
        char room[256];
        if (::poll(&notices, 1, static_cast<int>(left.count())) > 0 &&
            ::read(notice_fd_, room, sizeof room) <= 0)
            throw std::runtime_error("the canned portal has exited");
    }
}

}  // namespace carecloud::bench
