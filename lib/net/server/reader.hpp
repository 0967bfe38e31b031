// Reads one HTTP/1.x request from a connection, within the memory budget of bodies, or determines why it must be
// refused.
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "net/server/connection.hpp"
#include "net/server/http_server.hpp"
#include "net/server/message.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace carecloud {

// The memory budget of all request bodies of a server. Without it, a few hundred clients that send large bodies slowly
// would occupy half a gigabyte. Small bodies are free, so legitimate messages still pass.
//
//     BodyBudget::Share share(budget);          // of one request, until its response
//     if (!share.hold(body.capacity())) refuse;
//
// The budget must outlive its shares.
class BodyBudget {
  public:
    // In bytes: the free part of each body, and what all bodies share beyond that.
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

        // Reports the current size of the body. False if the budget is exhausted; then nothing has changed.
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
    ServerRequest request{};  // complete
    bool keep_alive = false;
    bool http_1_0 = false;
    ServerResponse refusal{};  // after it the connection cannot be used again
};

// Requires at least the first byte of the request in connection.unread(); bytes after the request remain there. Sends
// "100 Continue" if the client expects it. An attack on the framing (RFC 9112 11.2) is refused with 400. Calls
// settings.refuse_head before it reads a body that has not arrived yet, and refuses a body that exceeds the budget.
Task<ServerReading> read_request(ServerConnection& connection, const HttpServerSettings& settings,
                                 BodyBudget::Share& share);

// A refusal in plain text, one line.
ServerResponse plain_refusal(int status, std::string text);

}  // namespace carecloud
