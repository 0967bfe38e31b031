#include "system/wire_client.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <openssl/x509.h>

namespace carecloud {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::chrono::seconds kPatience{20};

// The size of the body that follows this head; 0 if not stated.
std::size_t length_in(std::string_view head) {
    const std::string_view name = "Content-Length:";
    const std::size_t at = head.find(name);
    if (at == std::string_view::npos) return 0;
    const std::size_t digits = head.find_first_not_of(' ', at + name.size());  // a blank may precede them
    if (digits == std::string_view::npos) return 0;
    std::size_t length = 0;
    std::from_chars(head.data() + digits, head.data() + head.size(), length);
    return length;
}

}  // namespace

struct WireClient::State {
    // One operation to completion, or until the timeout.
    template <class Start>
    error_code finish(Start start) {
        error_code result;
        tcp.expires_after(kPatience);
        start([&](const error_code& failure, auto...) { result = failure; });
        io.restart();
        io.run();
        return result;
    }
    template <class Start>
    void demand(Start start) {
        const error_code failure = finish(std::move(start));
        if (failure) throw boost::system::system_error(failure);
    }
    // Reads more bytes into `unread`; false if there are none.
    bool fill();

    asio::io_context io{1};
    asio::ssl::context context{asio::ssl::context::tls_client};
    beast::tcp_stream tcp{io};
    std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;
    std::string unread;
};

bool WireClient::State::fill() {
    std::array<char, 16'384> bytes{};
    std::size_t count = 0;
    const error_code failure = finish([&](auto done) {
        auto note = [&count, done](const error_code& code, std::size_t size) {
            count = size;
            done(code);
        };
        if (tls)
            tls->async_read_some(asio::buffer(bytes), note);
        else
            tcp.async_read_some(asio::buffer(bytes), note);
    });
    unread.append(bytes.data(), count);
    return !failure;
}

WireClient::WireClient(std::uint16_t port, Wire wire, const std::string& group)
    : state_(std::make_unique<State>()) {
    State& state = *state_;
    const asio::ip::tcp::endpoint peer(asio::ip::address_v4::loopback(), port);
    state.demand([&](auto done) { state.tcp.async_connect(peer, done); });
    if (wire == Wire::plain) return;
    if (!group.empty() && SSL_CTX_set1_groups_list(state.context.native_handle(), group.c_str()) != 1)
        throw std::runtime_error("OpenSSL knows no group " + group);
    state.tls.emplace(state.tcp, state.context);
    state.demand([&](auto done) { state.tls->async_handshake(asio::ssl::stream_base::client, done); });
}

WireClient::~WireClient() = default;

WireClient::WireClient(WireClient&& other) noexcept = default;

bool WireClient::send(std::string_view bytes) {
    State& state = *state_;
    return !state.finish([&](auto done) {
        if (state.tls)
            asio::async_write(*state.tls, asio::buffer(bytes), done);
        else
            asio::async_write(state.tcp, asio::buffer(bytes), done);
    });
}

void WireClient::end_sending() {
    error_code ignored;
    state_->tcp.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

std::string WireClient::reply() {
    std::string& unread = state_->unread;
    std::size_t end = std::string::npos;
    bool more = true;
    while (more) {
        const std::size_t head = unread.find("\r\n\r\n");
        if (head != std::string::npos) end = head + 4 + length_in(std::string_view(unread).substr(0, head));
        if (unread.size() >= end) break;
        more = state_->fill();
    }
    std::string reply = unread.substr(0, end);
    unread.erase(0, reply.size());
    return reply;
}

std::string WireClient::rest() {
    while (state_->fill()) {
    }
    return std::exchange(state_->unread, {});
}

bool WireClient::closed() {
    std::array<char, 4096> bytes{};
    const int socket = state_->tcp.socket().native_handle();
    for (;;) {
        const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count > 0) continue;  // session tickets, close_notify
        return count == 0 || (errno != EAGAIN && errno != EINTR);
    }
}

std::string WireClient::peer_name() const {
    std::array<char, 128> name{};
    X509* const certificate = SSL_get0_peer_certificate(state_->tls->native_handle());
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

std::string post_text(const std::string& target, std::string_view body, const std::string& headers) {
    return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain; charset=UTF-8\r\n" +
           headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

int status_of(const std::string& reply) {
    const std::string_view version = "HTTP/1.1 ";
    int status = 0;
    if (reply.starts_with(version))
        std::from_chars(reply.data() + version.size(), reply.data() + reply.size(), status);
    return status;
}

}  // namespace carecloud
