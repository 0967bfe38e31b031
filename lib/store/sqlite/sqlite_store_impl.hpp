// What SqliteStore is made of: one thread with the database, one with the connection that reads keys.
#pragma once

#include "store/job_thread.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/live_keys.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

struct SqliteStore::Impl {
    Impl(std::unique_ptr<Database> opened, std::unique_ptr<LiveKeys> opened_keys, Clock& time,
         std::chrono::milliseconds quiet_after);

    // Time as the store notes it. On the I/O thread, where the clock lives.
    std::string now() const { return clock.wall().to_string_ms(); }

    // Database::read() and Database::write() on the thread.
    template <class T, class Work>
    Task<Result<T>> read(std::string operation, Work work) {
        return thread.run<T>([db = database.get(), operation = std::move(operation),
                              work = std::move(work)]() mutable { return db->read<T>(operation, work); });
    }
    template <class T, class Work>
    Task<Result<T>> write(std::string operation, Work work) {
        return thread.run<T>([db = database.get(), operation = std::move(operation),
                              work = std::move(work)]() mutable { return db->write<T>(operation, work); });
    }

    Result<std::vector<bool>> write_events(const std::vector<ArrivedEvent>& arrived) const;

    using ChangeListener = std::function<void(std::uint64_t newest_seq)>;

    Clock& clock;
    std::string generation;
    // Shared with the commits under way, which may outlive the store.
    std::shared_ptr<ChangeListener> listener = std::make_shared<ChangeListener>();
    std::unique_ptr<Database> database;  // used by the thread alone; gone once closed
    JobThread thread;                    // ends before the database goes
    EventGroup events;
    std::unique_ptr<LiveKeys> keys;  // used by its thread alone
    JobThread key_thread;
};

}  // namespace carecloud
