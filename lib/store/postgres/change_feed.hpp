// Notices what other daemons have written: the server notifies of commits and events, and the heads of both are read
// once per second besides, because a notification is lost with its connection. On a thread and a connection of its own.
#pragma once

#include "base/clock.hpp"
#include "store/job_thread.hpp"
#include "store/postgres/link.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace carecloud {

class PgChangeFeed {
  public:
    struct Heads {
        std::uint64_t change = 0;  // the newest seq of the change log
        std::uint64_t event = 0;   // the newest events.n
        bool notified = false;
        std::optional<std::uint64_t> bytes{};  // of the schema's tables, each minute
    };
    // On the I/O thread, after each look.
    using Call = std::function<void(const Heads& heads)>;

    // Begins at once, on the clock's executor. `clock` outlives it.
    PgChangeFeed(const PostgresSettings& settings, Clock& clock, Call call);
    // Closes.
    ~PgChangeFeed();
    PgChangeFeed(const PgChangeFeed&) = delete;
    PgChangeFeed& operator=(const PgChangeFeed&) = delete;

    // Waits for the look under way, at most a second. Nobody is called any more.
    void close();

  private:
    struct State;
    static Task<> loop(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace carecloud
