// Reads one HTTP/1.x request from a connection, or finds out why it is to be refused.
//
// I/O thread.
#pragma once

#include "base/clock.hpp"
#include "net/server/body_budget.hpp"
#include "net/server/connection.hpp"
#include "net/server/http_server.hpp"
#include "net/server/message.hpp"

#include <string>

namespace carecloud {

struct ServerReading {
    enum class End { request, refused, gone };

    End end = End::gone;
    ServerRequest request{};  // whole
    bool keep_alive = false;
    bool http_1_0 = false;
    ServerResponse refusal{};  // after it the connection is of no use
};

// Whatever of it has come is in connection.unread(), at least one byte; what comes after it stays there. Says
// "100 Continue" where the client waits for it. An attack on the framing (RFC 9112 11.2) is refused with 400.
// Asks settings.refuse_head before a body that is still to come is read, and refuses one for which there is no memory.
Task<ServerReading> read_request(ServerConnection& connection, const HttpServerSettings& settings,
                                 BodyBudget::Share& share);

// A refusal in plain text, one line.
ServerResponse plain_refusal(int status, std::string text);

}  // namespace carecloud
