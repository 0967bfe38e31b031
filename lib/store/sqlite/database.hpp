// One open database: its file, which this process owns, the writing connection, the tables, and the checkpoints.
// SqliteStore uses it on its thread. Nothing throws: SqlError is caught here.
#pragma once

#include "base/error.hpp"
#include "model/batch.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/ownership.hpp"
#include "store/sqlite/pruning.hpp"
#include "store/sqlite/record_table.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/tables.hpp"

#include <memory>
#include <string>
#include <vector>

namespace carecloud {

struct Tables {
    Tables(Connection& db, const FirstLoad& first_load)
        : records(db, first_load),
          quarantine(db),
          doubts(db),
          omitted(db),
          streams(db),
          quota(db),
          first_passes(db),
          passes(db),
          events(db),
          subscriptions(db),
          certificates(db) {}

    RecordTable records;
    QuarantineTable quarantine;
    DoubtTable doubts;
    OmittedTable omitted;
    StreamTable streams;
    QuotaTable quota;
    FirstPassTable first_passes;
    PassTable passes;
    EventTable events;
    SubscriptionTable subscriptions;
    CertificateTable certificates;
};

class Database {
  public:
    // As SqliteStore::open.
    static Result<std::unique_ptr<Database>> open(const SqliteSettings& settings);

    // Does not move the log of a lost file into the file that replaced it.
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string& generation() const { return generation_; }

    // As SqliteStore::check_owned.
    Result<> check_owned();

    // Returns the result of work(tables), which sees one snapshot, or converts an exception to an Error about
    // `operation`.
    template <class T, class Work>
    Result<T> read(const std::string& operation, Work& work) {
        return guarded(operation, settings_.path, [&]() -> Result<T> {
            const Transaction snapshot(*db_, Transaction::Access::read);
            return work(tables_);
        });
    }
    // Returns the result of work(tables, transaction), which must commit its writes. Fails if the file is no longer the
    // store's.
    template <class T, class Work>
    Result<T> write(const std::string& operation, Work& work) {
        auto result = guarded(operation, settings_.path, [&]() -> Result<T> {
            Transaction transaction(*db_, Transaction::Access::write);
            return work(tables_, transaction);
        });
        if (!result) return result;
        const Result<> kept = check_owned();
        if (!kept) return kept.error();
        return result;
    }

    // As Store::commit. `at` becomes committed_at, updated_at, first_at and last_at of all written rows.
    Result<CommitSummary> commit(const Batch& batch, const std::string& at);

    // As StoreHandle::prune.
    Result<PruneReport> prune(const KeepLimits& limits);

    // As StoreHandle::erase.
    Result<ErasureReport> erase(const ErasureRequest& request, const std::string& at);

    // Returns the page cache to the system, if it is large enough.
    void release_memory();

  private:
    Database(const SqliteSettings& settings, Ownership ownership, std::unique_ptr<Connection> db);

    CommitSummary write_batch(const Batch& batch, const std::string& at, Transaction& transaction);
    void write_page(const Batch& batch, CommitSummary& summary);
    void write_gone(const Batch& batch, CommitSummary& summary);
    bool write_rechecks(const Batch& batch, CommitSummary& summary);
    void set_aside(const std::vector<InvalidRecord>& invalid, QuarantineTable::Attempt attempt,
                   CommitSummary& summary);

    SqliteSettings settings_;
    Ownership ownership_;             // freed last: its descriptor must outlive the connections
    std::unique_ptr<Connection> db_;  // closed after the statements of the tables
    Tables tables_;
    Pruning pruning_;
    std::string generation_;
    std::unique_ptr<FileWatch> watch_;  // null with a test's VFS, which stores its files elsewhere
    Checkpointer checkpointer_;         // ends before db_, whose close then moves and removes the log
};

}  // namespace carecloud
