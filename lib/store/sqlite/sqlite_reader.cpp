#include "store/sqlite/sqlite_reader.hpp"

#include "store/job_thread.hpp"

#include <utility>

namespace carecloud {

// A thread and the connection that it alone uses.
struct SqliteReader::Lane {
    Lane(std::unique_ptr<ReadDatabase> opened, std::chrono::milliseconds quiet_after)
        : database(std::move(opened)), thread([this] { database->release_memory(); }, quiet_after) {}

    std::unique_ptr<ReadDatabase> database;  // gone once closed
    JobThread thread;                        // ends before the database goes

    void close() {
        thread.close();
        database.reset();
    }
};

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const SqliteSettings& settings,
                                                         const ReadBounds& bounds) {
    auto quick = ReadDatabase::open(settings, bounds);
    if (!quick) return quick.error();
    auto walks = ReadDatabase::open(settings, bounds);
    if (!walks) return walks.error();
    return std::unique_ptr<SqliteReader>(
        new SqliteReader(std::make_unique<Lane>(std::move(*quick), settings.quiet_after),
                         std::make_unique<Lane>(std::move(*walks), settings.quiet_after)));
}

SqliteReader::SqliteReader(std::unique_ptr<Lane> quick, std::unique_ptr<Lane> walks)
    : quick_(std::move(quick)), walks_(std::move(walks)) {}

SqliteReader::~SqliteReader() {
    close();
}

void SqliteReader::close() {
    quick_->close();
    walks_->close();
}

Task<Result<ChangePage>> SqliteReader::changes(std::uint64_t since, std::size_t limit) {
    auto work = [database = quick_->database.get(), since, limit] { return database->changes(since, limit); };
    return quick_->thread.run<ChangePage>(std::move(work));
}

Task<Result<std::optional<RecordRow>>> SqliteReader::record(std::string stream, std::string id) {
    auto work = [database = quick_->database.get(), stream = std::move(stream), id = std::move(id)] {
        return database->record(stream, id);
    };
    return quick_->thread.run<std::optional<RecordRow>>(std::move(work));
}

Task<Result<RecordPage>> SqliteReader::records(RecordFilter filter) {
    auto work = [database = walks_->database.get(), filter = std::move(filter)] {
        return database->records(filter);
    };
    return walks_->thread.run<RecordPage>(std::move(work));
}

Task<Result<EventPage>> SqliteReader::events(std::optional<EventState> state,
                                             std::optional<std::uint64_t> before, std::size_t limit) {
    auto work = [database = quick_->database.get(), state, before, limit] {
        return database->events(state, before, limit);
    };
    return quick_->thread.run<EventPage>(std::move(work));
}

Task<Result<QuarantinePage>> SqliteReader::quarantine(std::optional<QuarantinePlace> after,
                                                      std::size_t limit) {
    auto work = [database = quick_->database.get(), after = std::move(after), limit] {
        return database->quarantine(after, limit);
    };
    return quick_->thread.run<QuarantinePage>(std::move(work));
}

Task<Result<std::optional<QuarantineRow>>> SqliteReader::quarantined(QuarantinePlace place) {
    auto work = [database = quick_->database.get(), place = std::move(place)] {
        return database->quarantined(place);
    };
    return quick_->thread.run<std::optional<QuarantineRow>>(std::move(work));
}

Task<Result<std::vector<Job>>> SqliteReader::passes(std::size_t limit) {
    auto work = [database = quick_->database.get(), limit] { return database->passes(limit); };
    return quick_->thread.run<std::vector<Job>>(std::move(work));
}

Task<Result<std::optional<Job>>> SqliteReader::pass(std::uint64_t id) {
    auto work = [database = quick_->database.get(), id] { return database->pass(id); };
    return quick_->thread.run<std::optional<Job>>(std::move(work));
}

Task<Result<StoreCounts>> SqliteReader::counts(std::string month) {
    auto work = [database = quick_->database.get(), month = std::move(month)] {
        return database->counts(month);
    };
    return quick_->thread.run<StoreCounts>(std::move(work));
}

Task<Result<std::uint64_t>> SqliteReader::count_records(std::string stream) {
    auto work = [database = walks_->database.get(), stream = std::move(stream)] {
        return database->count_records(stream);
    };
    return walks_->thread.run<std::uint64_t>(std::move(work));
}

}  // namespace carecloud
