#include "net/server/session.hpp"

#include "net/server/message.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace carecloud {

namespace asio = boost::asio;
using boost::system::error_code;
using Expiry = ServerConnection::Expiry;

namespace {

constexpr std::size_t kFirstRead = 4 * 1024;
// A body up to this size is sent with the head, in one segment or TLS record if they fit.
constexpr std::size_t kJoinedBodyMax = 16 * 1024;
constexpr unsigned char kTlsHandshake = 0x16;  // the first byte of every TLS connection (RFC 8446 5.1)

Timestamp wall_time() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::floor<std::chrono::seconds>(since).count() * Timestamp::ticks_per_second};
}

}  // namespace

ServerSession::ServerSession(std::shared_ptr<ServerCore> core, ServerConnection::Socket socket)
    : core_(std::move(core)), connection_(std::make_shared<ServerConnection>(std::move(socket))) {
    core_->sessions.set_idle(*this, position_);
}

ServerSession::~ServerSession() {
    core_->sessions.remove(position_);
}

void ServerSession::start() {
    const auto on_end = [self = shared_from_this()](const std::exception_ptr& thrown) {
        self->connection_->close();
        self->core_->sessions.remove(self->position_);
        self->core_->session_ended();
        // A session that was closed before its first step ends with the cancellation.
        if (thrown && !self->cut_) std::rethrow_exception(thrown);
    };
    auto ended = asio::bind_cancellation_slot(cancel_.slot(), on_end);
    asio::co_spawn(connection_->executor(), run(), std::move(ended));
}

void ServerSession::stop() {
    // A request may have begun since the last check.
    if (!waiting_ || connection_->has_unread()) return;
    if (fresh_)
        connection_->expire_after(core_->settings().timeouts.fresh, Expiry::end_reading);
    else
        connection_->end_reading();
}

void ServerSession::cut() {
    if (cut_) return;
    const auto self = shared_from_this();  // the canceled coroutine may end immediately
    cut_ = true;
    core_->sessions.set_leaving(*this, position_);
    cancel_.emit(asio::cancellation_type::terminal);
    connection_->close();
}

Task<> ServerSession::run() {
    try {
        bool more = co_await open();
        while (more)
            more = co_await exchange();
    } catch (const std::exception& thrown) {
        // A session that was closed may be canceled at any point.
        if (!cut_) core_->report(ErrorCode::server_failed, thrown.what(), "please report this error");
    }
}

Task<bool> ServerSession::open() {
    const std::shared_ptr<asio::ssl::context> tls = core_->tls();
    if (!tls) co_return true;
    connection_->expire_after(core_->settings().timeouts.handshake, Expiry::close);
    // Checked before TLS is set up, so only TLS clients cost TLS buffers.
    const std::optional<unsigned char> first = co_await connection_->peek();
    if (!first) co_return false;
    if (*first >= 'A' && *first <= 'Z') {
        ServerResponse refusal = plain_refusal(400, "This port requires HTTPS: use https:// in the URL.");
        co_await refuse(std::move(refusal));
        co_return false;
    }
    error_code failure = asio::error::no_protocol_option;
    if (*first == kTlsHandshake) failure = co_await connection_->handshake(tls);
    if (failure) ++core_->counters.handshakes_failed;
    co_return !failure;
}

Task<bool> ServerSession::exchange() {
    set_idle();
    const ServerTimeouts& timeouts = core_->settings().timeouts;
    error_code failure;
    if (connection_->unread().size() == 0 && core_->stopping() && !fresh_) failure = asio::error::eof;
    if (connection_->unread().size() == 0 && !failure) {
        connection_->trim();
        connection_->expire_after(core_->stopping() ? timeouts.fresh : timeouts.idle, Expiry::end_reading);
        failure = co_await connection_->fill(kFirstRead);
    }
    waiting_ = false;
    fresh_ = false;
    if (failure == asio::error::eof) co_await close_gracefully(false);
    if (failure) co_return false;

    BodyBudget::Share share(core_->bodies);
    ServerReading reading = co_await read_request(*connection_, core_->settings(), share);
    if (reading.end == ServerReading::End::refused) co_await refuse(std::move(reading.refusal));
    if (reading.end != ServerReading::End::request) co_return false;
    core_->sessions.set_busy(*this, position_);
    connection_->never_expire();
    ++core_->counters.requests;
    ServerResponse response = co_await answer(reading.request);
    const bool more = co_await reply(std::move(response), reading);
    co_return more;
}

Task<ServerResponse> ServerSession::answer(const ServerRequest& request) {
    ServerResponse response;
    try {
        Task<ServerResponse> answering = core_->handler()(request);
        response = co_await std::move(answering);
    } catch (const std::exception& thrown) {
        if (cut_) throw;
        core_->report(ErrorCode::server_failed, std::string("unhandled exception: ") + thrown.what(),
                      "please report this error");
        response = plain_refusal(500, "Internal server error.");
    }
    co_return response;
}

Task<bool> ServerSession::reply(ServerResponse response, const ServerReading& reading) {
    const bool endless = response.more && reading.http_1_0;
    ReplyFraming framing{
        .keep_alive = reading.keep_alive && !response.close && !endless && !core_->stopping(),
        .http_1_0 = reading.http_1_0,
        .date = wall_time()};
    Result<std::string> head = reply_head(response, framing);
    if (!head) {
        core_->report(ErrorCode::server_failed, head.error().subject, head.error().hint);
        response = plain_refusal(500, "Internal server error.");
        framing.keep_alive = false;
        head = reply_head(response, framing);
    }
    const bool bare = reading.request.method == "HEAD" || !status_allows_body(response.status);
    if (bare) {
        response.body.clear();
        response.more = {};
    }
    auto writing = write_answer(std::move(*head), std::move(response), !reading.http_1_0);
    const error_code failure = co_await std::move(writing);
    if (failure || framing.keep_alive) co_return !failure;
    const bool linger = connection_->has_unread();
    co_await close_gracefully(linger);
    co_return false;
}

Task<error_code> ServerSession::write_answer(std::string head, ServerResponse response, bool chunked) {
    if (response.more && chunked && !response.body.empty()) response.body = chunk_of(response.body);
    if (response.body.size() <= kJoinedBodyMax) {
        head.append(response.body);
        response.body.clear();
    }
    connection_->expire_after(core_->settings().timeouts.write, Expiry::close);
    error_code failure = co_await connection_->write(head, response.body);
    if (!failure && response.more) {
        auto writing = write_pieces(response.more, chunked);
        failure = co_await std::move(writing);
    }
    co_return failure;
}

Task<error_code> ServerSession::write_pieces(const BodySource& more, bool chunked) {
    error_code failure;
    for (bool ended = false; !ended && !failure;) {
        connection_->never_expire();
        Task<std::optional<std::string>> producing = more();
        std::optional<std::string> piece = co_await std::move(producing);
        ended = !piece;
        // An empty chunk is the end of the body.
        std::string bytes = piece ? std::move(*piece) : std::string();
        if (chunked && (ended || !bytes.empty())) bytes = chunk_of(bytes);
        connection_->expire_after(core_->settings().timeouts.write, Expiry::close);
        failure = co_await connection_->write(bytes, {});
    }
    co_return failure;
}

Task<> ServerSession::refuse(ServerResponse refusal) {
    ++core_->counters.requests_refused;
    const ReplyFraming framing{.keep_alive = false, .date = wall_time()};
    const Result<std::string> head = reply_head(refusal, framing);
    connection_->expire_after(core_->settings().timeouts.write, Expiry::close);
    const error_code failure = co_await connection_->write(*head, refusal.body);
    if (!failure) co_await close_gracefully(true);
}

Task<> ServerSession::close_gracefully(bool linger) {
    set_idle();
    connection_->expire_after(core_->settings().timeouts.linger, Expiry::close);
    co_await connection_->close_gracefully(linger);
}

void ServerSession::set_idle() {
    waiting_ = true;
    if (cut_) return;
    core_->sessions.set_idle(*this, position_);
    core_->session_idle();
}

}  // namespace carecloud
