// One connection's life: TLS, requests one after another, farewell.
//
// Runs by itself once started and is held by its own coroutine. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "net/server/connection.hpp"
#include "net/server/core.hpp"
#include "net/server/reader.hpp"

#include <memory>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

class ServerSession : public std::enable_shared_from_this<ServerSession> {
  public:
    ServerSession(std::shared_ptr<ServerCore> core, ServerConnection::Socket socket);
    ~ServerSession();
    ServerSession(const ServerSession&) = delete;
    ServerSession& operator=(const ServerSession&) = delete;

    void start();

    // The server stops: ends it where no byte of a request has come, after `fresh` if none ever has; its next
    // answer is its last.
    void stop();
    // Ends it now: the socket is closed, a handler under way is canceled.
    void cut();

  private:
    Task<> run();
    Task<bool> open();
    // One request and its answer; false: it was the last.
    Task<bool> exchange();
    Task<ServerResponse> answer(const ServerRequest& request);
    Task<bool> reply(ServerResponse response, const ServerReading& reading);
    Task<boost::system::error_code> write_answer(std::string head, ServerResponse response, bool chunked);
    Task<boost::system::error_code> write_pieces(const BodySource& more, bool chunked);
    Task<> refuse(ServerResponse refusal);
    Task<> say_farewell(bool linger);
    void set_idle();

    std::shared_ptr<ServerCore> core_;
    std::shared_ptr<ServerConnection> connection_;
    ServerSessions::Position position_;
    boost::asio::cancellation_signal cancel_;
    bool waiting_ = true;  // for a request's first byte
    bool fresh_ = true;    // no request has come yet
    bool cut_ = false;
};

}  // namespace carecloud
