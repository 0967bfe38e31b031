// What PostgresStore is made of: three threads with a connection each.
#pragma once

#include "store/change_listener.hpp"
#include "store/job_thread.hpp"
#include "store/postgres/pg_writer.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/schema.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

struct PostgresStore::Impl {
    Impl(const PostgresSettings& settings, std::unique_ptr<PgWriter> opened, PgSchemaState found,
         Clock& time);

    // Time as the store notes it, to the millisecond. On the I/O thread, where the clock lives.
    Timestamp now() const {
        const Timestamp at = clock.wall();
        return {at.ticks - at.ticks % Timestamp::ticks_per_millisecond};
    }

    // PgLink::run and PgWriter::write on their threads.
    template <class T, class Work>
    Task<Result<T>> read(std::string operation, Work work) {
        return thread.run<T>([db = writer.get(), operation = std::move(operation), work = std::move(work)] {
            return db->link().run<T>(operation, work);
        });
    }
    template <class T, class Work>
    Task<Result<T>> write(std::string operation, Work work) {
        return thread.run<T>([db = writer.get(), life = life, operation = std::move(operation),
                              work = std::move(work)] { return db->write<T>(operation, life, work); });
    }
    template <class T, class Work>
    Task<Result<T>> on_inbox(std::string operation, Work work) {
        return inbox_thread.run<T>([this, operation = std::move(operation), work = std::move(work)] {
            return inbox_link.run<T>(operation, work);
        });
    }
    template <class T, class Work>
    Task<Result<T>> write_inbox(std::string operation, Work work) {
        return inbox_thread.run<T>([this, operation = std::move(operation), work = std::move(work)] {
            return inbox_link.write<T>(operation, work);
        });
    }
    template <class T, class Work>
    Task<Result<T>> read_slowly(std::string operation, Work work) {
        return slow_thread.run<T>([this, operation = std::move(operation), work = std::move(work)] {
            return slow_link.run<T>(operation, work);
        });
    }

    Result<std::vector<bool>> write_events(const std::vector<ArrivedEvent>& arrived);

    Clock& clock;
    PgSchemaState schema;
    std::string channel;
    EngineLife life;
    ChangeListener listener;
    std::unique_ptr<PgWriter> writer;  // used by its thread alone, as the links by theirs
    JobThread thread;
    PgLink inbox_link;
    JobThread inbox_thread;
    EventGroup events;
    PgLink slow_link;
    JobThread slow_thread;
};

}  // namespace carecloud
