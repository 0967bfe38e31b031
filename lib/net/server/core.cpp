#include "net/server/core.hpp"

#include "net/server/session.hpp"

#include <cerrno>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::minutes kReportEvery{1};

bool is_shortage(const error_code& failure) {
    const int code = failure.value();
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

}  // namespace

void ServerSessions::move(ServerSession& session, Position& position, List& to) {
    if (position.list == nullptr) {
        position.at = to.insert(to.end(), &session);
    } else {
        to.splice(to.end(), *position.list, position.at);
    }
    position.list = &to;
}

void ServerSessions::remove(Position& position) {
    if (position.list != nullptr) position.list->erase(position.at);
    position.list = nullptr;
}

ServerSessions::List ServerSessions::all() const {
    List sessions = idle_;
    sessions.insert(sessions.end(), busy_.begin(), busy_.end());
    sessions.insert(sessions.end(), leaving_.begin(), leaving_.end());
    return sessions;
}

ServerCore::ServerCore(const asio::any_io_executor& executor, HttpServerSettings settings,
                       ServerHandler handler, std::unique_ptr<ServerListener> listener)
    : bodies(settings.limits.body_bytes_free, settings.limits.bodies_bytes_max),
      executor_(executor),
      settings_(std::move(settings)),
      handler_(std::move(handler)),
      listener_(std::move(listener)),
      accept_timer_(executor),
      grace_(executor),
      ended_(executor, asio::steady_timer::time_point::max()) {}

void ServerCore::report(ErrorCode code, std::string subject, std::string hint) const {
    if (!settings_.on_error) return;
    settings_.on_error({.code = code,
                        .operation = "serve " + listener_->address(),
                        .subject = std::move(subject),
                        .hint = std::move(hint)});
}

Task<> ServerCore::accept_all(std::shared_ptr<ServerCore> self) {
    self->accepting_ = true;
    while (!self->stopping_) {
        error_code failure;
        ServerConnection::Socket socket = co_await self->listener_->acceptor().async_accept(
            asio::redirect_error(asio::use_awaitable, failure));
        if (self->cut_ || (failure && self->stopping_)) break;
        if (failure) {
            co_await self->accept_failed(failure);
            continue;
        }
        ++self->counters.connections_accepted;
        co_await self->make_room();
        if (self->cut_) break;
        // Also serves a connection that arrived during the stop: its client considers it connected.
        std::make_shared<ServerSession>(self, std::move(socket))->start();
    }
}

void ServerCore::accepting_ended() {
    accepting_ = false;
    session_ended();
}

// The connection stays in the kernel's queue, so a loop without a pause would use all of the thread's time.
Task<> ServerCore::accept_failed(const error_code& failure) {
    ++counters.accepts_failed;
    const auto now = std::chrono::steady_clock::now();
    if (counters.accepts_failed == 1 || now - accept_reported_ >= kReportEvery) {
        accept_reported_ = now;
        report(ErrorCode::server_failed, "cannot accept connections: " + failure.message(),
               "if file descriptors are exhausted, raise LimitNOFILE= in the unit");
    }
    // Closing a session may release the missing descriptor or memory.
    const bool evicted = is_shortage(failure) && evict();
    accept_timer_.expires_after(evicted ? std::chrono::milliseconds(0) : settings_.timeouts.accept_pause);
    error_code woken;
    co_await accept_timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

// If all connections are busy with requests, the new one waits for one of them to end.
Task<> ServerCore::make_room() {
    while (!stopping_ && sessions.open() >= settings_.limits.connections_max) {
        if (evict()) continue;
        wants_room_ = true;
        accept_timer_.expires_at(asio::steady_timer::time_point::max());
        error_code woken;
        co_await accept_timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        wants_room_ = false;
    }
}

bool ServerCore::evict() {
    ServerSession* const oldest = sessions.oldest_idle();
    if (oldest == nullptr) return false;
    ++counters.connections_evicted;
    oldest->cut();
    return true;
}

void ServerCore::begin_stop() {
    if (stopping_) return;
    stopping_ = true;
    listener_->close();
    accept_timer_.cancel();
    for (ServerSession* session : sessions.all())
        session->stop();
    grace_.expires_after(settings_.timeouts.grace);
    grace_.async_wait([weak = weak_from_this()](error_code failure) {
        const auto self = weak.lock();
        if (!failure && self) self->cut_all();
    });
}

void ServerCore::cut_all() {
    cut_ = true;
    for (ServerSession* session : sessions.all())
        session->cut();
}

Task<> ServerCore::wait_ended() {
    while (accepting_ || !sessions.none()) {
        error_code woken;
        co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    grace_.cancel();
}

void ServerCore::session_ended() {
    accept_timer_.cancel();
    if (!accepting_ && sessions.none()) ended_.cancel();
}

void ServerCore::session_idle() {
    if (wants_room_) accept_timer_.cancel();
}

}  // namespace carecloud
