#include "store/threaded_reader.hpp"

#include <utility>

namespace carecloud {

ThreadedReader::ReadThread::ReadThread(std::unique_ptr<BlockingReader> opened,
                                       std::chrono::milliseconds quiet_after)
    : database_(std::move(opened)), thread_([this] { database_->release_memory(); }, quiet_after) {}

// Calls the database's method with these arguments on the thread.
template <class T, class... Parameters, class... Arguments>
Task<Result<T>> ThreadedReader::ReadThread::call(Result<T> (BlockingReader::*method)(Parameters...),
                                                 Arguments... arguments) {
    return thread_.run<T>(
        [db = database_.get(), method, ... kept = std::move(arguments)] { return (db->*method)(kept...); });
}

void ThreadedReader::ReadThread::close() {
    thread_.close();
    database_.reset();
}

ThreadedReader::ThreadedReader(std::unique_ptr<BlockingReader> quick, std::unique_ptr<BlockingReader> walks,
                               std::chrono::milliseconds quiet_after)
    : quick_(std::move(quick), quiet_after), walks_(std::move(walks), quiet_after) {}

void ThreadedReader::close() {
    quick_.close();
    walks_.close();
}

Task<Result<ChangePage>> ThreadedReader::changes(std::uint64_t since, std::size_t limit) {
    return quick_.call(&BlockingReader::changes, since, limit);
}

Task<Result<std::optional<RecordRow>>> ThreadedReader::record(std::string stream, std::string id) {
    return quick_.call(&BlockingReader::record, std::move(stream), std::move(id));
}

Task<Result<RecordPage>> ThreadedReader::records(RecordFilter filter) {
    return walks_.call(&BlockingReader::records, std::move(filter));
}

Task<Result<std::optional<VersionPage>>> ThreadedReader::versions(std::string stream, std::string id,
                                                                  std::optional<std::uint64_t> before,
                                                                  std::size_t limit) {
    return walks_.call(&BlockingReader::versions, std::move(stream), std::move(id), before, limit);
}

Task<Result<std::optional<VersionBody>>> ThreadedReader::version(std::string stream, std::string id,
                                                                 std::uint64_t seq) {
    return walks_.call(&BlockingReader::version, std::move(stream), std::move(id), seq);
}

Task<Result<RecordLife>> ThreadedReader::life(std::string stream, std::string id) {
    return walks_.call(&BlockingReader::life, std::move(stream), std::move(id));
}

Task<Result<EventPage>> ThreadedReader::events(std::optional<EventState> state,
                                               std::optional<std::uint64_t> before, std::size_t limit) {
    return quick_.call(&BlockingReader::events, state, before, limit);
}

Task<Result<QuarantinePage>> ThreadedReader::quarantine(std::optional<QuarantineKey> after,
                                                        std::size_t limit) {
    return quick_.call(&BlockingReader::quarantine, std::move(after), limit);
}

Task<Result<std::optional<QuarantineRow>>> ThreadedReader::quarantined(QuarantineKey key) {
    return quick_.call(&BlockingReader::quarantined, std::move(key));
}

Task<Result<std::vector<Job>>> ThreadedReader::passes(std::size_t limit) {
    return quick_.call(&BlockingReader::passes, limit);
}

Task<Result<std::optional<Job>>> ThreadedReader::pass(std::uint64_t id) {
    return quick_.call(&BlockingReader::pass, id);
}

Task<Result<StoreCounts>> ThreadedReader::counts(std::string month) {
    return quick_.call(&BlockingReader::counts, std::move(month));
}

Task<Result<std::uint64_t>> ThreadedReader::count_records(std::string stream) {
    return walks_.call(&BlockingReader::count_records, std::move(stream));
}

}  // namespace carecloud
