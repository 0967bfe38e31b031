// Notices what other daemons have written: the server notifies of commits and events. The heads of both are also read
// twice per second, because notifications are lost with the connection. Uses its own thread and connection, and does
// not keep the io_context from running out of work.
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
        std::uint64_t change = 0;              // the newest seq of the change log
        std::uint64_t event = 0;               // the newest events.n
        bool notified = false;                 // a notification arrived since the last call
        std::optional<std::uint64_t> bytes{};  // size of the schema's tables, once per minute
    };
    // Called on the I/O thread after each check.
    using Call = std::function<void(const Heads& heads)>;

    // Starts immediately. Calls run on the clock's executor. `clock` must outlive this object.
    PgChangeFeed(const PostgresSettings& settings, Clock& clock, Call call);
    // Closes.
    ~PgChangeFeed();
    PgChangeFeed(const PgChangeFeed&) = delete;
    PgChangeFeed& operator=(const PgChangeFeed&) = delete;

    // Waits for the check under way: usually half a second, at most the timeouts of the connection. Afterwards there
    // are no more calls.
    void close();

  private:
    struct Follower;

    void run();
    bool is_ending();
    Result<Heads> check();
    bool wait_to_retry();

    boost::asio::any_io_executor executor_;
    std::string schema_;
    std::chrono::steady_clock::time_point next_size_{};
    PgLink link_;                         // used only by the thread, like the line above
    std::shared_ptr<Follower> follower_;  // I/O thread; shared with the calls that were posted
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;  // guarded by mutex_
    std::thread thread_;   // last: it uses all of the above
};

}  // namespace carecloud
