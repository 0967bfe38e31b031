// What the engine has to say to whoever watches it (log, status, metrics). It is told, never asked, and must
// not throw. I/O thread alone.
#pragma once

#include "core/batch.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/stream.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// What one pass did, whole or up to the error that ended it.
struct PassReport {
    std::string stream;
    CommitSummary summary;
    std::size_t pages = 0;     // that were stored, or found to hold nothing new
    std::size_t requests = 0;  // to the portal, retries and the dialect's proof included
    Duration took{0};
    std::optional<Error> error;
    StreamState state;            // as committed
    bool from_the_start = false;  // a new fingerprint: the old cursor was put aside (hazard 14)
    bool dialect_proven = false;  // in this very pass
    std::optional<std::size_t>
        tail;  // records seen beyond the safe point; none: the pass did not come to its end
};

class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    virtual void pass_ended(const PassReport& report) = 0;
    // The stream waits this long because of the error that the last report carried.
    virtual void backing_off(std::string_view stream, const Error& error, Duration pause) = 0;
    // Something beside the passes failed; nothing depends on it, but somebody should know.
    virtual void failed(const Error& error) = 0;
};

}  // namespace carecloud
