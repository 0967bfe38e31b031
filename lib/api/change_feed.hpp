// Notifies coroutines that wait for changes. It transfers no data: each woken coroutine reads the store at its own
// pace, so a slow one does not delay others.
//
//     feed.announce(4711);                                          // on the I/O thread, after the commit
//     const bool more = co_await feed.wait_beyond(4710, deadline);  // at once, if 4711 was announced before
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace carecloud {

// How long a page waits at most if `asked` to: nginx and other proxies give up after 60 s without a response, with a
// 504.
Duration wait_for_proxies(Duration asked);

// Who waits for changes, and their waking. Data does not come this way: the woken read the store, each at its own pace,
// so that a slow one holds up nobody.
//
//     feed.announce(4711);                                          // on the I/O thread, after the commit
//     const bool more = co_await feed.wait_beyond(4710, deadline);  // at once, if 4711 was announced before
class ChangeFeed {
  public:
    // A client that follows the changes, whether it waits, reads or receives: counted during its lifetime.
    class Follower {
      public:
        explicit Follower(ChangeFeed& feed) : feed_(feed) { ++feed_.followers_; }
        ~Follower() { --feed_.followers_; }
        Follower(const Follower&) = delete;
        Follower& operator=(const Follower&) = delete;

      private:
        ChangeFeed& feed_;
    };

    explicit ChangeFeed(Clock& clock) : clock_(clock) {}
    // Must not be destroyed while a coroutine waits.
    ~ChangeFeed() = default;
    ChangeFeed(const ChangeFeed&) = delete;
    ChangeFeed& operator=(const ChangeFeed&) = delete;

    // The newest seq that can be read.
    void announce(std::uint64_t newest_seq);
    // Ends every current and later wait immediately: the service stops.
    void close();

    // True: there is a change beyond `since`. False: the timeout has expired, or the feed is closed. Throws
    // operation_aborted when canceled.
    Task<bool> wait_beyond(std::uint64_t since, MonoTime until);

    // The newest seq that was announced; 0: none was.
    std::uint64_t newest() const { return newest_; }
    bool closed() const { return closed_; }
    std::size_t waiting() const { return waiters_.count(); }
    std::size_t followers() const { return followers_; }

  private:
    Clock& clock_;
    std::uint64_t newest_ = 0;
    bool closed_ = false;
    std::size_t followers_ = 0;
    Waiters waiters_;
};

// Pages of the change log, each read once for all concurrent requests: after a commit a thousand followers request the
// same page.
//
//     const ChangeReads::Page page = co_await reads.changes(4711, 1000);
//     if (!*page) co_return problem_of(page->error());
//
// I/O thread only.
class ChangeReads {
  public:
    using Page = std::shared_ptr<const Result<ChangePage>>;

    // All of these outlive it; it outlives its calls.
    ChangeReads(Clock& clock, Reader& reader, const ChangeFeed& feed)
        : clock_(clock), reader_(reader), feed_(feed) {}
    ChangeReads(const ChangeReads&) = delete;
    ChangeReads& operator=(const ChangeReads&) = delete;

    // As Reader::changes; never null. It contains every change that was announced before the call.
    Task<Page> changes(std::uint64_t since, std::size_t limit);

  private:
    // The newest announced seq when it began, since, limit.
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::size_t>;
    struct Read;
    class Lead;

    Clock& clock_;
    Reader& reader_;
    const ChangeFeed& feed_;
    std::map<Key, std::shared_ptr<Read>> under_way_;
};

// A consumer that follows the change log by server-sent events (WHATWG HTML, "Server-sent events"): one batch of events
// a call, each with an id to go on from after a break, and a comment where nothing comes for a while.
//
//     auto stream = std::make_shared<ChangeStream>(clock, reads, feed, ChangeStream::Position{generation, since});
//     answer.more = [stream] { return stream->next(); };
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
