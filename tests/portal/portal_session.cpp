#include "portal/portal_session.hpp"

#include "net/http_message.hpp"
#include "portal/wall_now.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Request = http::request<http::string_body>;

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::size_t kDrainBytesMax = std::size_t{64} << 20;
constexpr std::chrono::seconds kDrain{2};

std::string text_of(const Request& request, const char* name) {
    const auto value = request[name];
    return {value.data(), value.size()};
}

PortalCall call_of(Request& request) {
    PortalCall call;
    call.method.assign(request.method_string().data(), request.method_string().size());
    call.target.assign(request.target().data(), request.target().size());
    call.body = std::move(request.body());
    call.api_key = text_of(request, "x-api-key");
    call.workspace_id = text_of(request, "X-Param-Override-WorkspaceId");
    call.bucket_id = text_of(request, "X-Param-Override-BucketId");
    call.accepts_gzip = http::token_list(request[http::field::accept_encoding]).exists("gzip");
    return call;
}

// The announced and the sent number of bytes, depending on the fault.
struct WirePlan {
    std::size_t announced;
    std::size_t sent;
    bool keep_alive;
};

WirePlan plan_of(const PortalReply& reply, bool keep_alive) {
    const std::size_t size = reply.body->size();
    switch (reply.wire) {
        case ReplyWire::whole:
            return {size, size, keep_alive};
        case ReplyWire::short_length:
            return {size - std::min<std::size_t>(size, 1 + size / 10), size, false};
        default:
            return {size, size / 2, false};
    }
}

template <class Stream>
void reset(Stream& stream) {
    auto& socket = beast::get_lowest_layer(stream).socket();
    beast::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

// Waits without closing the connection.
asio::awaitable<void> keep_silent(std::chrono::milliseconds span) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, span);
    const auto token = asio::as_tuple(asio::use_awaitable);
    co_await timer.async_wait(token);
}

// Returns false if the other side has disconnected.
template <class Stream>
asio::awaitable<bool> send(Stream& stream, std::string_view head, std::string_view body) {
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
    const auto token = asio::as_tuple(asio::use_awaitable);
    std::size_t sent = 0;
    if constexpr (std::is_same_v<Stream, TlsStream>) {
        // One buffer at a time: if both are too large to be joined, Beast's flat_stream stops after the first without
        // an error.
        for (const asio::const_buffer& buffer : buffers) {
            const auto [failure, size] = co_await asio::async_write(stream, buffer, token);
            if (failure) co_return false;
            sent += size;
        }
    } else {
        const auto [failure, size] = co_await asio::async_write(stream, buffers, token);
        sent = size;
    }
    co_return sent == head.size() + body.size();
}

template <class Stream>
asio::awaitable<bool> send_chunks(Stream& stream, const PortalReply& reply, const std::string& head) {
    bool alive = co_await send(stream, head, std::string_view());
    std::string chunk;
    while (alive && reply.next_chunk(chunk)) {
        std::array<char, 24> size{};
        const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        const std::string_view frame(size.data(), static_cast<std::size_t>(digits));
        chunk.append("\r\n");
        alive = co_await send(stream, frame, chunk);
    }
    if (!alive) co_return false;
    co_return co_await send(stream, std::string_view("0\r\n\r\n"), std::string_view());
}

// Returns whether the connection is kept.
template <class Stream>
asio::awaitable<bool> answer(Stream& stream, const PortalReply& reply, bool keep_alive,
                             const SessionSettings& settings) {
    if (reply.wire == ReplyWire::reset) {
        reset(stream);
        co_return false;
    }
    if (reply.wire == ReplyWire::slow_head) {
        co_await keep_silent(settings.slow);
        co_return false;
    }
    const WirePlan plan = plan_of(reply, keep_alive);
    const std::string head = reply_head(reply, plan.announced, plan.keep_alive, format_http_date(wall_now()));
    if (reply.next_chunk) {
        const bool alive = co_await send_chunks(stream, reply, head);
        co_return alive&& keep_alive;
    }
    const std::string_view body = std::string_view(*reply.body).substr(0, plan.sent);
    const bool alive = co_await send(stream, head, body);
    if (alive && reply.wire == ReplyWire::slow_body) co_await keep_silent(settings.slow);
    co_return alive&& plan.keep_alive;
}

// The response to a call that cannot be parsed; std::nullopt if nobody is left to receive it.
std::optional<PortalReply> unreadable(const beast::error_code& failure) {
    if (failure == http::error::body_limit || failure == http::error::buffer_overflow) {
        return gateway_reply(413, "Request Entity Too Large");
    }
    if (failure == http::error::header_limit) return gateway_reply(431, "Request Header Fields Too Large");
    const bool gone = failure == http::error::end_of_stream || failure == http::error::partial_message;
    const bool http_error = failure.category() == make_error_code(http::error::bad_method).category();
    if (gone || !http_error) return std::nullopt;
    return gateway_reply(400, "Bad Request");
}

// Reads what the other side still sends, for a limited time: closing with unread bytes would reset the connection
// before the response is read (RFC 9112 9.6).
template <class Stream>
asio::awaitable<void> drain(Stream& stream) {
    auto& transport = beast::get_lowest_layer(stream);
    beast::error_code ignored;
    transport.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    transport.expires_after(kDrain);
    std::array<char, 16 * 1024> scrap;
    const auto token = asio::as_tuple(asio::use_awaitable);
    for (std::size_t taken = 0; taken < kDrainBytesMax;) {
        const auto [failure, size] = co_await transport.async_read_some(asio::buffer(scrap), token);
        if (failure) co_return;
        taken += size;
    }
}

// Counts a call in progress.
class CallUnderWay {
  public:
    explicit CallUnderWay(const SessionSettings& settings) : count_(settings.concurrent) {
        if (count_ != nullptr) ++*count_;
        refused_ = settings.concurrent_max > 0 && count_ != nullptr && *count_ > settings.concurrent_max;
    }
    ~CallUnderWay() {
        if (count_ != nullptr) --*count_;
    }
    CallUnderWay(const CallUnderWay&) = delete;
    CallUnderWay& operator=(const CallUnderWay&) = delete;

    bool refused() const { return refused_; }

  private:
    std::size_t* count_;
    bool refused_ = false;
};

template <class Stream>
asio::awaitable<void> serve(Stream& stream, const SessionSettings& settings) {
    beast::flat_buffer buffer;
    const auto token = asio::as_tuple(asio::use_awaitable);
    for (bool alive = true; alive;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(settings.body_bytes_max);
        parser.header_limit(kHeadBytesMax);
        beast::get_lowest_layer(stream).expires_after(settings.idle);
        const auto [failure, size] = co_await http::async_read(stream, buffer, parser, token);
        if (failure) {
            const auto reply = unreadable(failure);
            if (!reply) co_return;
            co_await answer(stream, *reply, false, settings);
            co_await drain(stream);
            co_return;
        }
        Request request = parser.release();
        const bool keep_alive = request.keep_alive();
        const PortalCall call = call_of(request);
        const CallUnderWay under_way(settings);
        const PortalReply reply =
            under_way.refused() ? gateway_reply(429, "Too Many Requests") : settings.handle(call);
        if (settings.latency.count() > 0 && !under_way.refused()) co_await keep_silent(settings.latency);
        beast::get_lowest_layer(stream).expires_after(settings.idle);
        alive = co_await answer(stream, reply, keep_alive, settings);
    }
}

}  // namespace

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, const SessionSettings& settings) {
    beast::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (settings.tls == nullptr) {
        PlainStream stream(std::move(socket));
        co_await serve(stream, settings);
        stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
        co_return;
    }
    TlsStream stream(PlainStream(std::move(socket)), *settings.tls);
    const auto token = asio::as_tuple(asio::use_awaitable);
    beast::get_lowest_layer(stream).expires_after(settings.idle);
    const auto [failure] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
    if (failure) co_return;
    co_await serve(stream, settings);
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(1));
    const auto [unclean] = co_await stream.async_shutdown(token);
    if (unclean) co_return;
}

}  // namespace carecloud
