#include "server_fixture.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>

namespace carecloud {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kPatience{60};

std::size_t answer_length(const std::string& text, bool bare) {
    const auto head_end = text.find("\r\n\r\n");
    if (head_end == std::string::npos) return std::string::npos;
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto found = text.find(name);
    const bool has_body = !bare && found < head_end;
    return head_end + 4 + (has_body ? std::stoul(text.substr(found + name.size())) : 0);
}

}  // namespace

Task<ServerResponse> echo_handler(const ServerRequest& request) {
    ServerResponse response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = request.method + " " + request.target + "\n" + request.body;
    co_return response;
}

std::string get_request(std::string_view target, std::string_view more_headers) {
    std::string request = "GET ";
    request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_headers).append("\r\n");
    return request;
}

std::string post_request(std::string_view target, std::string_view body, std::string_view more_headers) {
    std::string request = "POST ";
    request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_headers);
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return request;
}

ServerFixture::ServerFixture(HttpServerSettings settings, ServerHandler handler) {
    const ServerAddress& address = settings.address;
    const bool named = !address.host.empty() || !address.unix_path.empty() || address.inherited_fd >= 0;
    if (!named) settings.address.host = "127.0.0.1";
    settings.on_error = [this](const Error& error) { errors_.push_back(error); };
    auto server = HttpServer::listen(io_.get_executor(), std::move(settings), std::move(handler));
    if (!server) throw std::runtime_error(server.error().message());
    server_ = std::move(*server);
}

ServerFixture::~ServerFixture() = default;

void ServerFixture::run_until(const std::function<bool()>& done) {
    if (io_.stopped()) io_.restart();
    while (!done()) {
        if (io_.run_one_for(kPatience) == 0) throw std::runtime_error("nothing more happens");
    }
}

std::shared_ptr<bool> ServerFixture::begin_stop() {
    auto stopped = std::make_shared<bool>(false);
    asio::co_spawn(io_, server_->stop(), [stopped](const std::exception_ptr&) { *stopped = true; });
    io_.poll();
    return stopped;
}

void ServerFixture::stop() {
    const auto stopped = begin_stop();
    run_until([&] { return *stopped; });
}

bool ServerFixture::serves() {
    WireClient client(*this);
    client.send(get_request("/still/here"));
    const std::string answer = client.answer();
    return status_of(answer) == 200 && body_of(answer) == "GET /still/here\n";
}

Latch::Latch(asio::io_context& io) : timer_(io, asio::steady_timer::time_point::max()) {}

Task<> Latch::wait() {
    while (!open_) {
        error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

void Latch::open() {
    open_ = true;
    timer_.cancel();
}

WaitingFixture::WaitingFixture(HttpServerSettings settings)
    : server(std::move(settings),
             [this](const ServerRequest& request) -> Task<ServerResponse> { return handle(request); }),
      latch(server.io()) {}

Task<ServerResponse> WaitingFixture::handle(const ServerRequest& request) {
    const std::unique_ptr<int, void (*)(int*)> count_end(ended.get(), [](int* count) { ++*count; });
    if (request.path() == "/wait") co_await latch.wait();
    ++finished;
    ServerResponse response = co_await echo_handler(request);
    co_return response;
}

WireClient::WireClient(ServerFixture& fixture) : fixture_(fixture), socket_(fixture.io()) {
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), fixture.server().port());
    socket_.connect(endpoint);
    socket_.set_option(asio::ip::tcp::no_delay(true));
}

WireClient::WireClient(ServerFixture& fixture, const std::string& unix_path)
    : fixture_(fixture), socket_(fixture.io()) {
    socket_.connect(asio::local::stream_protocol::endpoint(unix_path));
}

bool WireClient::only_group(const std::string& name) {
    const bool known = SSL_CTX_set1_groups_list(context_->native_handle(), name.c_str()) == 1;
    ERR_clear_error();
    return known;
}

bool WireClient::secure(const std::string& roots_pem, std::string_view host) {
    context_->set_verify_mode(asio::ssl::verify_peer);
    context_->add_certificate_authority(asio::buffer(roots_pem));
    tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *context_);
    tls_->set_verify_callback(asio::ssl::host_name_verification(std::string(host)));
    std::optional<error_code> ended;
    tls_->async_handshake(asio::ssl::stream_base::client, [&](error_code failure) { ended = failure; });
    fixture_.run_until([&] { return ended.has_value(); });
    return !*ended;
}

std::string WireClient::certificate_subject() {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(tls_->native_handle()), &X509_free);
    std::array<char, 256> text{};
    X509_NAME_oneline(X509_get_subject_name(certificate.get()), text.data(), static_cast<int>(text.size()));
    return text.data();
}

bool WireClient::send(std::string_view bytes) {
    std::optional<error_code> ended;
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    const auto on_end = [&](error_code failure, std::size_t) { ended = failure; };
    if (tls_) {
        asio::async_write(*tls_, buffer, on_end);
    } else {
        asio::async_write(socket_, buffer, on_end);
    }
    fixture_.run_until([&] { return ended.has_value(); });
    return !*ended;
}

bool WireClient::read_more() {
    std::array<char, 16 * 1024> chunk{};
    std::optional<error_code> ended;
    const auto on_end = [&](error_code failure, std::size_t bytes) {
        ended = failure;
        unread_.append(chunk.data(), bytes);
    };
    if (tls_) {
        tls_->async_read_some(asio::buffer(chunk), on_end);
    } else {
        socket_.async_read_some(asio::buffer(chunk), on_end);
    }
    fixture_.run_until([&] { return ended.has_value(); });
    orderly_ = *ended == asio::error::eof;
    return !*ended;
}

std::string WireClient::answer(bool bare) {
    while (answer_length(unread_, bare) > unread_.size() && read_more()) {
    }
    const std::size_t length = std::min(answer_length(unread_, bare), unread_.size());
    std::string whole = unread_.substr(0, length);
    unread_.erase(0, length);
    return whole;
}

std::string WireClient::rest() {
    while (read_more()) {
    }
    return std::exchange(unread_, {});
}

bool WireClient::closed() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void WireClient::end_sending() {
    socket_.shutdown(asio::socket_base::shutdown_send);
}

void WireClient::reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
}

int status_of(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

std::string_view body_of(std::string_view answer) {
    const auto head_end = answer.find("\r\n\r\n");
    return head_end == std::string_view::npos ? std::string_view{} : answer.substr(head_end + 4);
}

}  // namespace carecloud
