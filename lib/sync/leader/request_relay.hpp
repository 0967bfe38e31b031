// Has the leader carry out a request that this daemon cannot, through the store. I/O thread only.
//
//     Result<std::optional<std::string>> answer = co_await relay.ask(request, 5s);
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/peers.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace carecloud {

class RequestRelay {
  public:
    // How often an answer is looked for without a hint.
    static constexpr Duration kEvery = std::chrono::milliseconds(250);

    // Both outlive it.
    RequestRelay(Clock& clock, Peers& peers) : clock_(clock), peers_(peers) {}

    // None: nobody has answered for this long, and the request is withdrawn; a leader may be in the midst of it.
    // Errors: the store's.
    Task<Result<std::optional<std::string>>> ask(std::string request, Duration patience);
    // There may be an answer.
    void hint() { waiting_.wake_all(); }

  private:
    Clock& clock_;
    Peers& peers_;
    Waiters waiting_;
};

}  // namespace carecloud
