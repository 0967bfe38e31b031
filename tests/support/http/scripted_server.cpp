#include "support/http/scripted_server.hpp"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <libdeflate.h>

namespace carecloud {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::size_t request_length(const std::string& text) {
    const auto head_end = text.find("\r\n\r\n");
    if (head_end == std::string::npos) return std::string::npos;
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto found = text.find(name);
    const std::size_t body = found < head_end ? std::stoul(text.substr(found + name.size())) : 0;
    return head_end + 4 + body;
}

}  // namespace

Task<std::size_t> Peer::read_some(asio::mutable_buffer buffer) {
    error_code failure;
    std::size_t bytes = 0;
    if (tls_) {
        bytes = co_await tls_->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, failure));
    } else {
        bytes = co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, failure));
    }
    co_return failure ? 0 : bytes;
}

Task<std::string> Peer::read_request() {
    std::array<char, 4096> chunk;
    while (request_length(unread_) > unread_.size()) {
        const asio::mutable_buffer buffer = asio::buffer(chunk);
        const std::size_t bytes = co_await read_some(buffer);
        if (bytes == 0) co_return std::string();
        unread_.append(chunk.data(), bytes);
    }
    const std::size_t length = request_length(unread_);
    std::string request = unread_.substr(0, length);
    unread_.erase(0, length);
    co_return request;
}

Task<bool> Peer::write(std::string_view bytes) {
    error_code failure;
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    if (tls_) {
        co_await asio::async_write(*tls_, buffer, asio::redirect_error(asio::use_awaitable, failure));
    } else {
        co_await asio::async_write(socket_, buffer, asio::redirect_error(asio::use_awaitable, failure));
    }
    co_return !failure;
}

Task<> Peer::wait_closed() {
    std::array<char, 4096> chunk;
    const asio::mutable_buffer buffer = asio::buffer(chunk);
    while (co_await read_some(buffer) > 0) {
    }
}

Task<bool> Peer::secure(asio::ssl::context& context) {
    error_code failure;
    tls_.emplace(socket_, context);
    co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                   asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure;
}

void Peer::reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
}

void Peer::close() {
    error_code ignored;
    socket_.close(ignored);
}

ScriptedServer::ScriptedServer(asio::io_context& io, Script script, asio::ssl::context* tls)
    : io_(io),
      script_(std::move(script)),
      tls_(tls),
      acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, accept_all(), asio::detached);
}

// Coroutines of `io` use the script and this object: end the waiting ones here.
ScriptedServer::~ScriptedServer() {
    stop_listening();
    io_.restart();
    io_.poll();
}

void ScriptedServer::stop_listening() {
    error_code ignored;
    acceptor_.close(ignored);
}

Task<> ScriptedServer::accept_all() {
    while (acceptor_.is_open()) {
        error_code failure;
        tcp::socket socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (failure) co_return;
        const auto peer = std::make_shared<Peer>(std::move(socket), connections_++);
        asio::co_spawn(io_, serve(peer), asio::detached);
    }
}

Task<> ScriptedServer::serve(std::shared_ptr<Peer> peer) {
    if (tls_ != nullptr) {
        const bool secured = co_await peer->secure(*tls_);
        if (!secured) co_return;
    }
    co_await script_(*peer);
    peer->close();
}

std::unique_ptr<asio::ssl::context> server_tls(const TestCertificate& certificate) {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    context->use_certificate_chain(asio::buffer(certificate.certificate_pem));
    context->use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    return context;
}

std::string http_answer(std::string_view status, std::string_view body, std::string_view more_headers) {
    std::string answer = "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(more_headers);
    answer += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    answer += body;
    return answer;
}

std::string http_ok(std::string_view body, std::string_view more_headers) {
    return http_answer("200 OK", body, more_headers);
}

std::string gzip(std::string_view text) {
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        libdeflate_alloc_compressor(1), &libdeflate_free_compressor);
    std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size()));
    return out;
}

}  // namespace carecloud
