// Implements the Reader with blocking calls on two threads, each with its own connection. Calls that may read many rows
// (records(), versions(), version(), life(), count_records()) share one of them, so they never delay a follower of
// changes.
#pragma once

#include "store/blocking_reader.hpp"
#include "store/job_thread.hpp"
#include "store/reader.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class ThreadedReader : public Reader {
  public:
    // Memory is released after `quiet_after` without a call. Calls resume on the executor of the coroutine that made
    // them, which must outlive the reader.
    ThreadedReader(std::unique_ptr<BlockingReader> quick, std::unique_ptr<BlockingReader> walks,
                   std::chrono::milliseconds quiet_after);

    // Completes all calls that were begun; later calls fail with `canceled`. Blocks. The destructor closes, too.
    void close();

    Task<Result<ChangePage>> changes(std::uint64_t since, std::size_t limit) override;
    Task<Result<std::optional<RecordRow>>> record(std::string stream, std::string id) override;
    Task<Result<RecordPage>> records(RecordFilter filter) override;
    Task<Result<std::optional<VersionPage>>> versions(std::string stream, std::string id,
                                                      std::optional<std::uint64_t> before,
                                                      std::size_t limit) override;
    Task<Result<std::optional<VersionBody>>> version(std::string stream, std::string id,
                                                     std::uint64_t seq) override;
    Task<Result<RecordLife>> life(std::string stream, std::string id) override;
    Task<Result<EventPage>> events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                   std::size_t limit) override;
    Task<Result<QuarantinePage>> quarantine(std::optional<QuarantineKey> after, std::size_t limit) override;
    Task<Result<std::optional<QuarantineRow>>> quarantined(QuarantineKey key) override;
    Task<Result<std::vector<Job>>> passes(std::size_t limit) override;
    Task<Result<std::optional<Job>>> pass(std::uint64_t id) override;
    Task<Result<StoreCounts>> counts(std::string month) override;
    Task<Result<std::uint64_t>> count_records(std::string stream) override;

  private:
    // A thread and the connection that only it uses.
    class ReadThread {
      public:
        ReadThread(std::unique_ptr<BlockingReader> opened, std::chrono::milliseconds quiet_after);
        ~ReadThread() { close(); }
        ReadThread(const ReadThread&) = delete;
        ReadThread& operator=(const ReadThread&) = delete;

        template <class T, class... Parameters, class... Arguments>
        Task<Result<T>> call(Result<T> (BlockingReader::*method)(Parameters...), Arguments... arguments);
        void close();

      private:
        std::unique_ptr<BlockingReader> database_;  // gone once closed
        JobThread thread_;                          // ends before the database is destroyed
    };

    ReadThread quick_;
    ReadThread walks_;
};

}  // namespace carecloud
