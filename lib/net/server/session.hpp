// The handling of one connection: TLS handshake, requests in order, shutdown.
//
// After start(), a session is owned by its own coroutine. I/O thread only.
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

    // Called when the server stops: ends the session if no byte of a request has arrived (after `fresh` if it never had
    // a request); otherwise its next response is its last.
    void stop();
    // Ends the session immediately: closes the socket and cancels a running handler.
    void cut();

  private:
    Task<> run();
    Task<bool> open();
    // Handles one request. False if it was the last one.
    Task<bool> exchange();
    Task<ServerResponse> answer(const ServerRequest& request);
    Task<bool> reply(ServerResponse response, const ServerReading& reading);
    Task<boost::system::error_code> write_answer(std::string head, ServerResponse response, bool chunked);
    Task<boost::system::error_code> write_pieces(const BodySource& more, bool chunked);
    Task<> refuse(ServerResponse refusal);
    Task<> close_gracefully(bool linger);
    void set_idle();

    std::shared_ptr<ServerCore> core_;
    std::shared_ptr<ServerConnection> connection_;
    ServerSessions::Position position_;
    boost::asio::cancellation_signal cancel_;
    bool waiting_ = true;  // for the first byte of a request
    bool fresh_ = true;    // no request has arrived yet
    bool cut_ = false;
};

}  // namespace carecloud
