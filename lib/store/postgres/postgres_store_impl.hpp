// The parts of PostgresStore: three threads with a connection each.
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

    // The store's time, to the millisecond. I/O thread only, like the clock.
    Timestamp now() const {
        const Timestamp at = clock.wall();
        return {at.ticks - at.ticks % Timestamp::ticks_per_millisecond};
    }

    // Run PgLink::run, PgLink::write and PgWriter::write on the threads that use them.
    template <class T, class Work>
    Task<Result<T>> read(std::string operation, Work work) {
        return thread.run<T>([db = writer.get(), operation = std::move(operation), work = std::move(work)] {
            return db->link().run<T>(operation, work);
        });
    }
    template <class T, class Work>
    Task<Result<T>> write(std::string operation, Work work) {
        return thread.run<T>([db = writer.get(), term = term, operation = std::move(operation),
                              work = std::move(work)] { return db->write<T>(operation, term, work); });
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
    EngineTerm term;
    ChangeListener listener;
    std::unique_ptr<PgWriter> writer;  // used only by `thread`; each link is used only by its thread
    JobThread thread;
    PgLink inbox_link;
    JobThread inbox_thread;
    EventGroup events;
    PgLink slow_link;
    JobThread slow_thread;
};

}  // namespace carecloud
