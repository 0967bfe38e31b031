// Checks when the passes of one life run: one per stream at a time, each for a reason, so of many requests at most one
// waits (hazard 17), none during a backoff, and none late.
#pragma once

#include "base/clock.hpp"
#include "sync/walk/observer.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

class PassWatch {
  public:
    // `broken` is called with the violated rule; it must outlive this.
    explicit PassWatch(std::function<void(const std::string&)> broken) : broken_(std::move(broken)) {}

    // A life begins with these streams, and so does a pass of each. `in_time`: nothing stretches the poll intervals.
    void new_life(const std::vector<std::string>& streams, Duration poll_every, bool in_time, Timestamp now);
    // No pass may begin any more: the daemon is stopping or dead.
    void end_life() { streams_.clear(); }

    void requested(const std::string& stream, Timestamp now);
    void began(const std::string& stream, Timestamp now);
    void ended(const PassReport& report, Timestamp now);
    // The portal's long wait has ended: every stream continues immediately, and the running one knows that.
    void forgiven(Timestamp now);
    void backing_off(std::string_view stream, Duration pause, Timestamp now);
    // Checks that everything that was due before `now` has been done.
    void look(Timestamp now);

    // When the stream's last pass began.
    Timestamp last_began(const std::string& stream) const { return streams_.at(stream).began; }

  private:
    struct Stream {
        bool running = false;
        bool requested = false;
        bool polled = true;  // the pass had no other reason than the timer
        bool failed = false;
        Timestamp began{};
        Timestamp requested_at{};
        Timestamp not_before{};  // by a backoff
        Timestamp poll_from{};   // the earliest time of the timer's pass
        Timestamp look_from{};   // of the next poll for an event's record
        Timestamp due{};         // the latest time of a pass, for any reason
    };

    std::function<void(const std::string&)> broken_;
    Duration poll_every_{};
    bool in_time_ = true;
    std::map<std::string, Stream, std::less<>> streams_;
};

}  // namespace carecloud
