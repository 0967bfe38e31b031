// A consumer that follows the change log by server-sent events (WHATWG HTML, "Server-sent events"): one batch of events
// a call, each with an id to go on from after a break, and a comment where nothing comes for a while.
//
//     auto stream = std::make_shared<ChangeStream>(clock, reads, feed, ChangeStream::Position{generation, since});
//     answer.more = [stream] { return stream->next(); };
//
// I/O thread alone.
#pragma once

#include "api/change_feed.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class ChangeStream {
  public:
    struct Position {
        std::string generation{};  // empty: whichever
        std::uint64_t since = 0;
    };

    // Clock and feed outlive it.
    ChangeStream(Clock& clock, std::shared_ptr<ChangeReads> reads, ChangeFeed& feed, Position from);

    // The next bytes of the stream. None: it ends, since the service stops, the store cannot be read, or its generation
    // changed; the consumer comes again with the last id, and gets the error then.
    Task<std::optional<std::string>> next();

    // Of an event's id, "GENERATION:SEQ", or a number alone. None: it is neither.
    static std::optional<Position> parse(std::string_view id);

  private:
    Clock& clock_;
    std::shared_ptr<ChangeReads> reads_;
    ChangeFeed& feed_;
    const ChangeFeed::Follower follower_{feed_};
    Position at_;
    bool greeted_ = false;
};

}  // namespace carecloud
