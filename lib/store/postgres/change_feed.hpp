// Notices what other daemons have written: the server notifies of commits and events, and the heads of both are read
// twice per second besides, because a notification is lost with its connection. On a thread and a connection of its
// own, which does not keep the I/O thread's loop from ending.
#pragma once

#include "base/clock.hpp"
#include "store/postgres/link.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

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
    struct Follower;

    void run();
    bool is_ending();
    Result<Heads> look();
    bool wait_to_retry();

    boost::asio::any_io_executor executor_;
    std::string schema_;
    std::chrono::steady_clock::time_point next_size_{};
    PgLink link_;                         // used by the thread alone, as the line above
    std::shared_ptr<Follower> follower_;  // I/O thread; shared with the calls that are on their way
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;  // guarded by mutex_
    std::thread thread_;   // last: it uses all of the above
};

}  // namespace carecloud
