// Reads one HTTP/1.x request from a connection, within what bodies may take of the memory, or finds out why it is to be
// refused.
//
// I/O thread.
#pragma once

#include "base/clock.hpp"
#include "net/server/connection.hpp"
#include "net/server/http_server.hpp"
#include "net/server/message.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace carecloud {

// What the bodies of all requests to a server may take of its memory together: without it, a few hundred clients that
// send large bodies slowly take half a gigabyte. Small bodies are free, so that honest messages pass meanwhile.
//
//     BodyBudget::Share share(budget);          // of one request, until it is answered
//     if (!share.hold(body.capacity())) refuse;
//
// The budget outlives its shares.
class BodyBudget {
  public:
    // Bytes: what each body has for nothing, and what all of them share beyond that.
    BodyBudget(std::size_t free_each, std::size_t shared_max)
        : free_each_(free_each), shared_max_(shared_max) {}
    BodyBudget(const BodyBudget&) = delete;
    BodyBudget& operator=(const BodyBudget&) = delete;

    std::size_t used() const { return used_; }

    class Share {
      public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        ~Share() { budget_.used_ -= held_; }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        // The body takes so many bytes by now. False: there is not so much left, and nothing has changed.
        bool hold(std::size_t bytes) {
            const std::size_t wanted = std::max(held_, bytes - std::min(bytes, budget_.free_each_));
            if (budget_.used_ - held_ + wanted > budget_.shared_max_) return false;
            budget_.used_ += wanted - held_;
            held_ = wanted;
            return true;
        }

      private:
        BodyBudget& budget_;
        std::size_t held_ = 0;
    };

  private:
    std::size_t free_each_;
    std::size_t shared_max_;
    std::size_t used_ = 0;
};

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
