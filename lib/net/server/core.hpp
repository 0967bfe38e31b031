// Shared by a server and its sessions: settings, the handler, counters, and the list of sessions.
//
// Owned by the server and by each session, so it exists as long as any of them. I/O thread only.
#pragma once

#include "net/server/http_server.hpp"
#include "net/server/message.hpp"
#include "net/server/reader.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace carecloud {

class ServerSession;

// The sessions of a server, in the order in which idle ones are evicted. Does not own them: a session adds itself, and
// removes itself when it ends.
class ServerSessions {
  public:
    using List = std::list<ServerSession*>;
    // A session's position; stored by it.
    struct Position {
        List* list = nullptr;
        List::iterator at{};
    };

    // A session without a complete request is idle. Calling this again makes it the last in the order of eviction.
    void set_idle(ServerSession& session, Position& position) { move(session, position, idle_); }
    void set_busy(ServerSession& session, Position& position) { move(session, position, busy_); }
    // The session is being closed, and is no longer counted as open.
    void set_leaving(ServerSession& session, Position& position) { move(session, position, leaving_); }
    void remove(Position& position);

    // Null if none is idle.
    ServerSession* oldest_idle() const { return idle_.empty() ? nullptr : idle_.front(); }
    std::size_t open() const { return idle_.size() + busy_.size(); }
    bool none() const { return open() == 0 && leaving_.empty(); }
    // A copy of all sessions, because operations on a session move it between the lists.
    List all() const;

  private:
    static void move(ServerSession& session, Position& position, List& to);

    List idle_;  // the longest idle first
    List busy_;
    List leaving_;
};

class ServerCore : public std::enable_shared_from_this<ServerCore> {
  public:
    ServerCore(const boost::asio::any_io_executor& executor, HttpServerSettings settings,
               ServerHandler handler, std::unique_ptr<ServerListener> listener);
    ServerCore(const ServerCore&) = delete;
    ServerCore& operator=(const ServerCore&) = delete;

    const HttpServerSettings& settings() const { return settings_; }
    const ServerHandler& handler() const { return handler_; }
    ServerListener& listener() { return *listener_; }
    std::shared_ptr<boost::asio::ssl::context> tls() const { return settings_.tls; }
    void set_tls(std::shared_ptr<boost::asio::ssl::context> tls) { settings_.tls = std::move(tls); }
    bool stopping() const { return stopping_; }

    void report(ErrorCode code, std::string subject, std::string hint) const;

    // Accepts connections until the server stops. The caller must call accepting_ended() afterwards, even after an
    // exception.
    static Task<> accept_all(std::shared_ptr<ServerCore> self);
    void accepting_ended();

    // Accepts no new connections. Connections without a request end; the others have the grace period. Further calls
    // have no effect.
    void begin_stop();
    // Ends every connection immediately.
    void cut_all();
    // Waits until all sessions have ended and no connection is being accepted.
    Task<> wait_ended();

    // Call when a session has ended or has become idle: there may be room for another one.
    void session_ended();
    void session_idle();

    ServerSessions sessions;
    BodyBudget bodies;
    HttpServerCounters counters;

  private:
    Task<> accept_failed(const boost::system::error_code& failure);
    Task<> make_room();
    bool evict();

    boost::asio::any_io_executor executor_;
    HttpServerSettings settings_;
    ServerHandler handler_;
    std::unique_ptr<ServerListener> listener_;
    // Wakes the accepting coroutine if it waits for something other than a connection.
    boost::asio::steady_timer accept_timer_;
    boost::asio::steady_timer grace_;
    boost::asio::steady_timer ended_;  // never expires; canceled when the last session has ended
    std::chrono::steady_clock::time_point accept_reported_;
    bool wants_room_ = false;
    bool accepting_ = false;  // accept_all() is running
    bool stopping_ = false;
    bool cut_ = false;
};

}  // namespace carecloud
