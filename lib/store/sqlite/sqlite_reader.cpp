#include "store/sqlite/sqlite_reader.hpp"

#include "store/job_thread.hpp"

#include <utility>

namespace carecloud {

// A thread and the connection that it alone uses.
struct SqliteReader::ReadThread {
    ReadThread(std::unique_ptr<ReadDatabase> opened, std::chrono::milliseconds quiet_after)
        : database(std::move(opened)), thread([this] { database->release_memory(); }, quiet_after) {}

    // That method of the database with these arguments, on the thread.
    template <class T, class... Parameters, class... Arguments>
    Task<Result<T>> call(Result<T> (ReadDatabase::*method)(Parameters...), Arguments... arguments) {
        return thread.run<T>([db = database.get(), method, ... kept = std::move(arguments)] {
            return (db->*method)(kept...);
        });
    }
    void close() {
        thread.close();
        database.reset();
    }

    std::unique_ptr<ReadDatabase> database;  // gone once closed
    JobThread thread;                        // ends before the database goes
};

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const SqliteSettings& settings,
                                                         const ReadBounds& bounds) {
    auto quick = ReadDatabase::open(settings, bounds);
    if (!quick) return quick.error();
    auto walks = ReadDatabase::open(settings, bounds);
    if (!walks) return walks.error();
    return std::unique_ptr<SqliteReader>(
        new SqliteReader(std::make_unique<ReadThread>(std::move(*quick), settings.quiet_after),
                         std::make_unique<ReadThread>(std::move(*walks), settings.quiet_after)));
}

SqliteReader::SqliteReader(std::unique_ptr<ReadThread> quick, std::unique_ptr<ReadThread> walks)
    : quick_(std::move(quick)), walks_(std::move(walks)) {}

SqliteReader::~SqliteReader() {
    close();
}

void SqliteReader::close() {
    quick_->close();
    walks_->close();
}

Task<Result<ChangePage>> SqliteReader::changes(std::uint64_t since, std::size_t limit) {
    return quick_->call(&ReadDatabase::changes, since, limit);
}

Task<Result<std::optional<RecordRow>>> SqliteReader::record(std::string stream, std::string id) {
    return quick_->call(&ReadDatabase::record, std::move(stream), std::move(id));
}

Task<Result<RecordPage>> SqliteReader::records(RecordFilter filter) {
    return walks_->call(&ReadDatabase::records, std::move(filter));
}

Task<Result<std::optional<VersionPage>>> SqliteReader::versions(std::string stream, std::string id,
                                                                std::optional<std::uint64_t> before,
                                                                std::size_t limit) {
    return walks_->call(&ReadDatabase::versions, std::move(stream), std::move(id), before, limit);
}

Task<Result<std::optional<VersionBody>>> SqliteReader::version(std::string stream, std::string id,
                                                               std::uint64_t seq) {
    return walks_->call(&ReadDatabase::version, std::move(stream), std::move(id), seq);
}

Task<Result<RecordLife>> SqliteReader::life(std::string stream, std::string id) {
    return walks_->call(&ReadDatabase::life, std::move(stream), std::move(id));
}

Task<Result<EventPage>> SqliteReader::events(std::optional<EventState> state,
                                             std::optional<std::uint64_t> before, std::size_t limit) {
    return quick_->call(&ReadDatabase::events, state, before, limit);
}

Task<Result<QuarantinePage>> SqliteReader::quarantine(std::optional<QuarantineKey> after, std::size_t limit) {
    return quick_->call(&ReadDatabase::quarantine, std::move(after), limit);
}

Task<Result<std::optional<QuarantineRow>>> SqliteReader::quarantined(QuarantineKey key) {
    return quick_->call(&ReadDatabase::quarantined, std::move(key));
}

Task<Result<std::vector<Job>>> SqliteReader::passes(std::size_t limit) {
    return quick_->call(&ReadDatabase::passes, limit);
}

Task<Result<std::optional<Job>>> SqliteReader::pass(std::uint64_t id) {
    return quick_->call(&ReadDatabase::pass, id);
}

Task<Result<StoreCounts>> SqliteReader::counts(std::string month) {
    return quick_->call(&ReadDatabase::counts, std::move(month));
}

Task<Result<std::uint64_t>> SqliteReader::count_records(std::string stream) {
    return walks_->call(&ReadDatabase::count_records, std::move(stream));
}

}  // namespace carecloud
