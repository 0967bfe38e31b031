// The store's work as plain blocking calls: one open database with its tables. SqliteStore runs these on its
// thread. Nothing throws: SqlError ends here.
#pragma once

#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/event.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "store/event_group.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/doubt_table.hpp"
#include "store/sqlite/inbox_tables.hpp"
#include "store/sqlite/ownership.hpp"
#include "store/sqlite/pass_table.hpp"
#include "store/sqlite/quarantine_table.hpp"
#include "store/sqlite/record_table.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/stream_table.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class Database {
  public:
    // As SqliteStore::open.
    static Result<std::unique_ptr<Database>> open(const SqliteSettings& settings);

    const std::string& generation() const { return generation_; }

    // As SqliteStore::in_place.
    Result<> in_place();

    Result<std::optional<StreamState>> load_stream(const std::string& stream);
    // `at` becomes committed_at, updated_at, first_at and last_at of whatever is written.
    Result<CommitSummary> commit(const Batch& batch, const std::string& at);
    Result<std::vector<std::size_t>> unknown(const std::string& stream, const std::vector<Key>& keys);
    Result<std::vector<std::optional<HeldRecord>>> held(const std::string& stream,
                                                        const std::vector<std::string>& ids);
    Result<Rechecks> rechecks(const std::string& stream, std::size_t limit);
    Result<std::vector<Key>> untried(const std::string& stream, Timestamp before, std::size_t limit);
    Result<std::uint64_t> save_pass(const Job& pass, const std::string& at);
    Result<std::vector<Job>> passes();
    Result<std::map<std::string, Timestamp>> first_passes();
    Result<> note_first_pass(const std::string& stream, const std::string& at);
    Result<RequestCount> requests(const std::string& month);
    Result<> save_requests(const std::string& month, const RequestCount& count);

    // As Inbox; for each event whether it is new.
    Result<std::vector<bool>> receive(const std::vector<ArrivedEvent>& events);
    Result<std::vector<OpenEvent>> open_events(const std::string& stream, std::size_t limit);
    Result<std::size_t> count_open();
    Result<> settle(const std::vector<Settlement>& settlements, const std::string& at);
    Result<Announced> announced(const std::string& stream, const std::string& from, const std::string& until);
    Result<> note_subscription(const Subscription& subscription, const std::string& at);
    Result<std::vector<Subscription>> subscriptions();

    // As CertificateStore.
    Result<std::vector<KeptCertificate>> certificates();
    Result<> save_certificate(const KeptCertificate& certificate);
    Result<> remove_certificate(const std::string& url);

    // Gives the page cache back to the system, where there is enough of it to be worth it.
    void release_memory();

  private:
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

    Database(const SqliteSettings& settings, Ownership ownership, std::unique_ptr<Connection> db);

    // As guarded(), for what writes: its answer counts only if the file that was written is still the store's.
    template <class Work>
    auto written(const std::string& operation, Work work) -> decltype(work()) {
        auto result = guarded(operation, path_, std::move(work));
        if (!result) return result;
        const Result<> kept = in_place();
        if (!kept) return kept.error();
        return result;
    }
    CommitSummary write(const Batch& batch, const std::string& at);
    void write_page(const Batch& batch, CommitSummary& summary);
    void write_gone(const Batch& batch, CommitSummary& summary);
    bool write_rechecks(const Batch& batch, CommitSummary& summary);
    std::uint64_t held_seq(const Event& event);
    void set_aside(const std::vector<InvalidRecord>& invalid, QuarantineTable::Attempt attempt,
                   CommitSummary& summary);

    std::string path_;
    Ownership ownership_;             // freed last: its descriptor must outlive the connections
    std::unique_ptr<Connection> db_;  // closed after the statements of the tables
    Tables tables_;
    std::string generation_;
    Checkpointer checkpointer_;  // ends before db_, whose close then moves and removes the log
};

}  // namespace carecloud
