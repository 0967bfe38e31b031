// The Reader of a SqliteStore's file, used while the store is open.
//
//     auto reader = SqliteReader::open({.path = "/var/lib/carecloud-syncd/store.db"});   // after SqliteStore::open
//     Result<ChangePage> page = co_await (*reader)->changes(4711, 1000);
//
// Neither of its threads ever writes; a commit is seen from its end on.
#pragma once

#include "base/error.hpp"
#include "store/record_list.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/statement.hpp"
#include "store/threaded_reader.hpp"
#include "store/version_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// The reader's operations as blocking calls on a read-only connection. Nothing throws: SqlError is caught here.
class ReadDatabase : public BlockingReader {
  public:
    // The store of `settings` must be open, at its newest schema.
    static Result<std::unique_ptr<ReadDatabase>> open(const SqliteSettings& settings,
                                                      const ReadBounds& bounds);

    Result<ChangePage> changes(std::uint64_t since, std::size_t limit) override;
    Result<std::optional<RecordRow>> record(const std::string& stream, const std::string& id) override;
    Result<RecordPage> records(const RecordFilter& filter) override;
    Result<std::optional<VersionPage>> versions(const std::string& stream, const std::string& id,
                                                std::optional<std::uint64_t> before,
                                                std::size_t limit) override;
    Result<std::optional<VersionBody>> version(const std::string& stream, const std::string& id,
                                               std::uint64_t seq) override;
    Result<RecordLife> life(const std::string& stream, const std::string& id) override;
    Result<EventPage> events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                             std::size_t limit) override;
    Result<QuarantinePage> quarantine(const std::optional<QuarantineKey>& after, std::size_t limit) override;
    Result<std::optional<QuarantineRow>> quarantined(const QuarantineKey& key) override;
    Result<std::vector<Job>> passes(std::size_t limit) override;
    Result<std::optional<Job>> pass(std::uint64_t id) override;
    Result<StoreCounts> counts(const std::string& month) override;
    Result<std::uint64_t> count_records(const std::string& stream) override;

    // Releases the page cache.
    void release_memory() override { db_->release_memory(); }

  private:
    ReadDatabase(const SqliteSettings& settings, const ReadBounds& bounds, std::unique_ptr<Connection> db);

    std::optional<Error> refuse_unindexed();
    std::vector<ChainLink> chain_of(const std::string& stream, const std::string& id);
    template <class T, class Work>
    Result<std::optional<T>> with_chain(const std::string& operation, const QuarantineKey& record, Work work);
    bool has_body(const std::string& stream, const std::string& id);
    VersionRows version_rows();
    std::optional<Hash> replaced_hash(std::uint64_t seq);
    std::optional<PackedVersion> replaced(std::uint64_t seq);
    std::size_t add_corrections(VersionRow& row);
    RecordPage list_by_id(const RecordFilter& filter);
    Result<RecordPage> list_by_log(const RecordFilter& filter);
    void add(RecordList& list, const Statement& found);

    std::string path_;
    ReadBounds bounds_;
    std::unique_ptr<Connection> db_;  // closed after the statements
    Statement position_;
    Statement changes_;
    Statement indexed_;
    Statement record_;
    Statement list_by_id_;
    Statement list_by_modified_;
    Statement list_by_days_;
    Statement newest_;
    Statement body_;
    Statement newest_seq_;
    Statement link_;
    Statement version_hash_;
    Statement version_;
    Statement corrections_;
    Statement events_of_record_;
    Statement doubt_;
    Statement omission_;
    Statement events_;
    Statement open_events_;
    Statement quarantine_;
    Statement quarantined_;
    Statement passes_;
    Statement pass_;
    Statement counts_;
    Statement streams_;
    Statement count_records_;
};

class SqliteReader : public ThreadedReader {
  public:
    // Blocks while it opens. Errors: store_busy store_failed store_corrupt. Close it before the store, which would
    // leave its log behind otherwise.
    static Result<std::unique_ptr<SqliteReader>> open(const SqliteSettings& settings,
                                                      const ReadBounds& bounds = {});

  private:
    using ThreadedReader::ThreadedReader;
};

}  // namespace carecloud
