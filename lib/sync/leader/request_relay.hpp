// Passes requests that this daemon cannot carry out to the leader, through the store. I/O thread only.
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
    // The interval of checks for an answer without a hint.
    static constexpr Duration kEvery = std::chrono::milliseconds(250);

    // Both must outlive this object.
    RequestRelay(Clock& clock, Peers& peers) : clock_(clock), peers_(peers) {}

    // std::nullopt if there was no answer within `patience`; then the request is withdrawn, but the leader may already
    // be carrying it out. Errors: those of the store.
    Task<Result<std::optional<std::string>>> ask(std::string request, Duration patience);
    // There may be an answer to a request.
    void hint() { waiting_.wake_all(); }

  private:
    Clock& clock_;
    Peers& peers_;
    Waiters waiting_;
};

}  // namespace carecloud
