// The Reader of a SqliteStore's file, used while the store is open.
//
//     auto reader = SqliteReader::open({.path = "/var/lib/carecloud-syncd/store.db"});   // after SqliteStore::open
//     Result<ChangePage> page = co_await (*reader)->changes(4711, 1000);
//
// Two threads with a connection each: what walks over many records (records(), count_records()) waits for its like
// alone, and never keeps a follower of changes waiting. Neither ever writes; a commit is seen from its end on.
#pragma once

#include "store/reader.hpp"
#include "store/sqlite/read_database.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <memory>

namespace carecloud {

class SqliteReader : public Reader {
  public:
    // Blocks while it opens. Errors: store_busy store_failed store_corrupt. Calls resume on the executor of the
    // coroutine that made them, which must outlive the reader.
    static Result<std::unique_ptr<SqliteReader>> open(const SqliteSettings& settings,
                                                      const ReadBounds& bounds = {});
    // Closes.
    ~SqliteReader() override;

    // Carries out every call that was begun; later ones end by `canceled`. Blocks. Before the store's own close, which
    // would leave its log behind otherwise.
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
    struct ReadThread;
    SqliteReader(std::unique_ptr<ReadThread> quick, std::unique_ptr<ReadThread> walks);

    std::unique_ptr<ReadThread> quick_;
    std::unique_ptr<ReadThread> walks_;
};

}  // namespace carecloud
