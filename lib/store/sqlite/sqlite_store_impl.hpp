// The implementation of SqliteStore: one thread with the database, and one with the connection that reads keys.
#pragma once

#include "store/change_listener.hpp"
#include "store/job_thread.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/live_keys.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

struct SqliteStore::Impl {
    Impl(std::unique_ptr<Database> opened, std::unique_ptr<LiveKeys> opened_keys, Clock& time,
         std::chrono::milliseconds quiet_after);

    // The current time, as the store records it. I/O thread only, as is the clock.
    std::string now() const { return clock.wall().to_string_ms(); }

    // Database::read() and Database::write(), run on the thread.
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

    Clock& clock;
    std::string generation;
    ChangeListener listener;
    std::unique_ptr<Database> database;  // used by `thread` only; null once closed
    JobThread thread;                    // must end before the database is destroyed
    EventGroup events;
    std::unique_ptr<LiveKeys> keys;  // used by key_thread only
    JobThread key_thread;
};

}  // namespace carecloud
