// A Reader over a database that is read by blocking calls, on two threads with a connection each: what walks over many
// records (records(), versions(), count_records()) waits for others of its kind alone, and never delays a follower of
// changes.
//
// Database has the methods of Reader as blocking ones that return a Result, and release_memory().
#pragma once

#include "store/job_thread.hpp"
#include "store/reader.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

template <class Database>
class ThreadedReader : public Reader {
  public:
    // Memory is released after `quiet_after` without a call. Calls resume on the executor of the coroutine that made
    // them, which must outlive the reader.
    ThreadedReader(std::unique_ptr<Database> quick, std::unique_ptr<Database> walks,
                   std::chrono::milliseconds quiet_after)
        : quick_(std::move(quick), quiet_after), walks_(std::move(walks), quiet_after) {}

    // Carries out every call that was begun; later ones end as `canceled`. Blocks. The destructor closes, too.
    void close() {
        quick_.close();
        walks_.close();
    }

    Task<Result<ChangePage>> changes(std::uint64_t since, std::size_t limit) override {
        return quick_.call(&Database::changes, since, limit);
    }
    Task<Result<std::optional<RecordRow>>> record(std::string stream, std::string id) override {
        return quick_.call(&Database::record, std::move(stream), std::move(id));
    }
    Task<Result<RecordPage>> records(RecordFilter filter) override {
        return walks_.call(&Database::records, std::move(filter));
    }
    Task<Result<std::optional<VersionPage>>> versions(std::string stream, std::string id,
                                                      std::optional<std::uint64_t> before,
                                                      std::size_t limit) override {
        return walks_.call(&Database::versions, std::move(stream), std::move(id), before, limit);
    }
    Task<Result<std::optional<VersionBody>>> version(std::string stream, std::string id,
                                                     std::uint64_t seq) override {
        return walks_.call(&Database::version, std::move(stream), std::move(id), seq);
    }
    Task<Result<RecordLife>> life(std::string stream, std::string id) override {
        return walks_.call(&Database::life, std::move(stream), std::move(id));
    }
    Task<Result<EventPage>> events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                   std::size_t limit) override {
        return quick_.call(&Database::events, state, before, limit);
    }
    Task<Result<QuarantinePage>> quarantine(std::optional<QuarantineKey> after, std::size_t limit) override {
        return quick_.call(&Database::quarantine, std::move(after), limit);
    }
    Task<Result<std::optional<QuarantineRow>>> quarantined(QuarantineKey key) override {
        return quick_.call(&Database::quarantined, std::move(key));
    }
    Task<Result<std::vector<Job>>> passes(std::size_t limit) override {
        return quick_.call(&Database::passes, limit);
    }
    Task<Result<std::optional<Job>>> pass(std::uint64_t id) override {
        return quick_.call(&Database::pass, id);
    }
    Task<Result<StoreCounts>> counts(std::string month) override {
        return quick_.call(&Database::counts, std::move(month));
    }
    Task<Result<std::uint64_t>> count_records(std::string stream) override {
        return walks_.call(&Database::count_records, std::move(stream));
    }

  private:
    // A thread and the connection that it alone uses.
    class ReadThread {
      public:
        ReadThread(std::unique_ptr<Database> opened, std::chrono::milliseconds quiet_after)
            : database_(std::move(opened)), thread_([this] { database_->release_memory(); }, quiet_after) {}
        ~ReadThread() { close(); }
        ReadThread(const ReadThread&) = delete;
        ReadThread& operator=(const ReadThread&) = delete;

        // That method of the database with these arguments, on the thread.
        template <class T, class... Parameters, class... Arguments>
        Task<Result<T>> call(Result<T> (Database::*method)(Parameters...), Arguments... arguments) {
            return thread_.run<T>([db = database_.get(), method, ... kept = std::move(arguments)] {
                return (db->*method)(kept...);
            });
        }
        void close() {
            thread_.close();
            database_.reset();
        }

      private:
        std::unique_ptr<Database> database_;  // gone once closed
        JobThread thread_;                    // ends before the database goes
    };

    ReadThread quick_;
    ReadThread walks_;
};

}  // namespace carecloud
