// The engine's observer while its writes are fenced. The first write that is refused because another daemon has taken
// over (store_lost) ends the engine. These errors are not passed on, because the election reports the loss. I/O thread
// only.
#pragma once

#include "base/clock.hpp"
#include "sync/walk/observer.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace carecloud {

class FenceWatch : public Observer {
  public:
    // `on_lost` is called once, during a pass.
    FenceWatch(Observer& observer, std::function<void()> on_lost)
        : observer_(observer), on_lost_(std::move(on_lost)) {}

    bool is_lost() const { return lost_; }

    void pass_begins(std::string_view stream) override { observer_.pass_begins(stream); }
    void request_failed(std::string_view stream, const Error& error) override;
    void pass_ended(const PassReport& report) override;
    void committed(const CommitReport& report) override;
    void loading(std::string_view stream, const LoadSnapshot& load) override {
        observer_.loading(stream, load);
    }
    void backing_off(const PassReport& report, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override { observer_.push_silent(stream, silent); }
    void polls_stretched(std::string_view stream, std::optional<Duration> every) override {
        observer_.polls_stretched(stream, every);
    }
    void bounded_pass(const Job& pass) override { observer_.bounded_pass(pass); }
    void bounded_pass_waits(const Job& pass, const Error& error, Duration pause) override;
    void clocks(const ClockReport& report) override { observer_.clocks(report); }
    void failed(const Error& error) override;

  private:
    // Whether the error reports the loss of the lease.
    bool note(const Error& error);

    Observer& observer_;
    std::function<void()> on_lost_;
    bool lost_ = false;
};

}  // namespace carecloud
