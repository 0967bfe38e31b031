// Following the change log: waiting for changes, pages of changes, and server-sent events. I/O thread only.
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

// Limits a requested wait: nginx and other proxies give up after 60 s without a response, with a 504.
Duration wait_for_proxies(Duration asked);

// Notifies coroutines that wait for changes. It transfers no data: each woken coroutine reads the store at its own
// pace, so a slow one does not delay others.
//
//     feed.announce(4711);                                          // on the I/O thread, after the commit
//     const bool more = co_await feed.wait_beyond(4710, deadline);  // immediately if 4711 was announced before
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

    // Announces the newest seq that can be read. Smaller than before: the store has lost changes.
    void announce(std::uint64_t newest_seq);
    // Ends every current and later wait immediately: the service stops.
    void close();

    // True: there is a change beyond `since`. False: the timeout has expired, or the feed is closed. Throws
    // operation_aborted when canceled.
    Task<bool> wait_beyond(std::uint64_t since, MonoTime until);

    // The newest announced seq; 0 if none was announced.
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
class ChangeReads {
  public:
    using Page = std::shared_ptr<const Result<ChangePage>>;

    // All must outlive this, and this must outlive its calls.
    ChangeReads(Clock& clock, Reader& reader, const ChangeFeed& feed)
        : clock_(clock), reader_(reader), feed_(feed) {}
    ChangeReads(const ChangeReads&) = delete;
    ChangeReads& operator=(const ChangeReads&) = delete;

    // As Reader::changes; never null. It contains every change that was announced before the call.
    Task<Page> changes(std::uint64_t since, std::size_t limit);

  private:
    // The newest announced seq at the start of the read, since, limit.
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::size_t>;
    struct Read;
    class Lead;

    Clock& clock_;
    Reader& reader_;
    const ChangeFeed& feed_;
    std::map<Key, std::shared_ptr<Read>> under_way_;
};

// A consumer that follows the change log by server-sent events (WHATWG HTML, "Server-sent events"). Each call returns
// one batch of events, each with an id to continue from after a disconnect, or a comment if nothing happens for a
// while.
//
//     auto stream = std::make_shared<ChangeStream>(clock, reads, feed, ChangeStream::Position{generation, since});
//     answer.more = [stream] { return stream->next(); };
class ChangeStream {
  public:
    struct Position {
        std::string generation{};  // empty: any
        std::uint64_t since = 0;
    };

    // Clock and feed must outlive this.
    ChangeStream(Clock& clock, std::shared_ptr<ChangeReads> reads, ChangeFeed& feed, Position from);

    // Returns the next bytes of the stream. std::nullopt at its end: the service stops, the store cannot be read, or
    // its generation has changed. The consumer reconnects with its last id, and then receives the error.
    Task<std::optional<std::string>> next();

    // Parses an event id, "GENERATION:SEQ", or a number only. std::nullopt if it is neither.
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
