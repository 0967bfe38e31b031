// One stream's life: wait until due or nudged, run a pass, decide when the next is due. I/O thread alone.
#pragma once

#include "sync/engine.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

class StreamRunner {
  public:
    // `poll_rate`: requests a second that all streams' polls need together, for the quota's stretch.
    StreamRunner(PassContext context, EngineStream settings, double poll_rate, Observer& observer);

    std::string_view entity() const { return settings_.pass.spec.entity; }

    // Runs until stop(); never throws.
    Task<> run();
    // One pass; ends early on stop().
    Task<PassReport> run_once();

    void nudge();
    void forgive();
    void stop();

  private:
    Task<PassReport> cancellable_pass();
    void plan_next(const PassReport& report);
    MonoTime due() const;

    PassContext context_;
    EngineStream settings_;
    double poll_rate_;
    Observer& observer_;
    StreamMemory memory_;
    std::unique_ptr<Alarm> alarm_;
    boost::asio::cancellation_signal cancel_pass_;
    MonoTime due_;              // of the timer's poll
    MonoTime backoff_until_{};  // no pass before, whoever wishes for one
    std::size_t failures_ = 0;  // in a row
    bool nudged_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
