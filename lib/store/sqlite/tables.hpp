// All tables of the schema except `records` (see record_table.hpp), with their statements; one source file per group.
//
// Used on the store's thread; throws SqlError. Views that are passed must live until the call returns, the stream's
// until the next begin().
#pragma once

#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/change.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "store/archive_thread.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/sqlite/rows_insert.hpp"
#include "store/sqlite/statement.hpp"
#include "versions/difference.hpp"
#include "versions/packed_body.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The table `streams`: what a stream carries from one life of the process to the next.
class StreamTable {
  public:
    explicit StreamTable(Connection& db);

    // Errors: store_corrupt if a stored time cannot be parsed.
    Result<std::optional<StreamState>> load(const std::string& stream);
    // Writes the row if it differs from the stored one, except in `updated_at`. True: it was written.
    bool save(const StreamState& state, std::string_view updated_at);
    // A full reconciliation with the current fingerprint has ended. True: the row was written.
    bool note_reconciled(const std::string& stream);

  private:
    Statement load_;
    Statement save_;
    Statement reconciled_;
};

// The table `quota`: the number of requests per month.
class QuotaTable {
  public:
    explicit QuotaTable(Connection& db);

    RequestCount load(std::string_view month);
    void save(std::string_view month, const RequestCount& count);

  private:
    Statement load_;
    Statement save_;
};

// The table `first_passes`: when each stream completed its first pass.
class FirstPassTable {
  public:
    explicit FirstPassTable(Connection& db);

    // A stored time that cannot be parsed counts as long ago.
    std::map<std::string, Timestamp> all();
    // Keeps an earlier time.
    void note(const std::string& stream, std::string_view at);

  private:
    Statement all_;
    Statement note_;
};

// The table `version_totals`: the number of kept versions, and their packed size in bytes.
class VersionTotals {
  public:
    explicit VersionTotals(Connection& db);

    // Negative numbers for removed versions.
    void add(std::int64_t versions, std::int64_t bytes);
    bool has_any();

  private:
    Statement add_;
    Statement count_;
};

// Finds the previous change of a record in the log, or 0. Numbers decrease along the chain, so a damaged chain ends,
// too.
class PreviousChange {
  public:
    explicit PreviousChange(Connection& db);

    std::int64_t of(std::int64_t seq);

  private:
    Statement find_;
};

// Removes rows of the table `versions`. Their corrections stay.
class VersionRemoval {
  public:
    explicit VersionRemoval(Connection& db);

    // The version that this change replaced. False: it is not kept.
    bool remove(std::int64_t seq);
    // All of the record whose newest change this is. How many.
    std::uint64_t remove_all(std::int64_t newest_seq);

  private:
    Statement remove_;
    PreviousChange previous_;
    VersionTotals totals_;
};

// The tables `versions` and `corrections`: what was replaced, and what that corrected.
class VersionTable {
  public:
    explicit VersionTable(Connection& db);

    // Writes the stream's versions that are to be kept.
    void put(std::string_view stream, const std::vector<Replaced>& replaced);
    // The version of this change is replaced and not kept: those before it can no longer be unpacked, and are removed.
    void break_off(std::uint64_t newest_seq);

  private:
    struct Correction {
        std::int64_t seq = 0;
        std::int64_t n = 0;
        const Difference* difference = nullptr;
    };

    void insert(std::string_view stream, const std::vector<const Replaced*>& kept);
    std::int64_t pack_anew(const Replaced& replaced);

    RowsInsert insert_;
    RowsInsert correct_;
    Statement find_;
    Statement update_;
    PreviousChange previous_;
    BodyPacker packer_;
    VersionTotals totals_;
    VersionRemoval removal_;
};

// The table `passes`: requested bounded passes and their progress.
class PassTable {
  public:
    explicit PassTable(Connection& db);

    // Writes a new row if the id is 0, otherwise replaces that row. `at` becomes updated_at, and wished_at of a new
    // row. Returns the id.
    std::uint64_t save(const Job& pass, std::string_view at);
    // In order of id. A row with a kind or state that this version does not know is read as a failed pass whose error
    // says so.
    std::vector<Job> all();

  private:
    Connection& db_;
    Statement insert_;
    Statement update_;
    Statement all_;
    Statement forget_;
};

// All rows of a SELECT of kPassColumns, which it runs and resets.
std::vector<Job> read_passes(Statement& select);

// The table `quarantine`: records that could not be taken, complete, with the reason (promise 6).
class QuarantineTable {
  public:
    explicit QuarantineTable(Connection& db);

    // Selects the stream and the time of the following calls.
    void begin(std::string_view stream, std::string_view at);
    // False for nearly every stream, which saves a lookup per record.
    bool has_any() const { return has_any_; }

    // Whether a record that is already there with the same `modified` and reason counts as another attempt.
    enum class Attempt { same, another };
    // True: it was written. False: it was already there.
    bool put(const InvalidRecord& record, Attempt attempt);
    // The record was taken. True: it was in quarantine.
    bool remove(std::string_view id);
    // The store has a valid version of the record: removes the record from quarantine, unless the version there is
    // newer or its `modified` cannot be parsed. True: it was removed.
    bool release(std::string_view id, Timestamp modified);
    // Whether this version is in quarantine: the same `modified` text.
    bool holds(const Key& key);
    // As Store::untried.
    std::vector<Key> untried(Timestamp now, std::size_t limit);

  private:
    Statement any_;
    Statement find_;
    Statement put_;
    Statement remove_;
    Statement untried_;
    bool has_any_ = false;
};

// The table `doubted`: records to request again by id (lib/sync/DESIGN.md, hazard 30).
class DoubtTable {
  public:
    explicit DoubtTable(Connection& db);

    // Selects the stream of the following calls; the text must live until the last of them.
    void begin(std::string_view stream);
    bool has_any() const { return has_any_; }

    // Until when the record is doubted; std::nullopt if it is not.
    std::optional<Timestamp> ask_at(std::string_view id);
    // Sets that time in `held`, and the hash of the doubted version if its `modified` is the held one.
    void recall(std::string_view id, HeldVersion& held);
    // Whether this version of the record is doubted.
    bool holds(const Key& key);
    // True: the row was written, because it is new or differs.
    bool put(const Record& record, Timestamp first_seen, Timestamp ask_at, std::uint64_t reversals);
    void move(std::string_view id, Timestamp ask_at);
    bool remove(std::string_view id);
    std::vector<Doubt> next(std::string_view stream, std::size_t limit);
    // When a record of the stream last reverted to an earlier version, according to the change log.
    std::optional<Timestamp> reversed_at(std::string_view stream);

  private:
    Statement any_;
    Statement find_;
    Statement put_;
    Statement move_;
    Statement remove_;
    Statement next_;
    Statement reversed_;
    bool has_any_ = false;
};

// The table `omitted`: records that listings omitted, to request again (hazard 38).
class OmittedTable {
  public:
    explicit OmittedTable(Connection& db);

    void begin(std::string_view stream);
    // False: it is already there.
    bool put(const Omission& omission);
    bool remove(std::string_view id);
    std::vector<Omission> next(std::string_view stream, std::size_t limit);

  private:
    Statement put_;
    Statement remove_;
    Statement next_;
};

// The table `events`: what the SNS endpoint accepted.
class EventTable {
  public:
    explicit EventTable(Connection& db);

    // False: an event of this message is already there. `held_seq`: the change that wrote the held version of its
    // record; 0 if none is held.
    bool insert(const Event& event, std::string_view received_at, std::uint64_t held_seq);
    std::vector<OpenEvent> open(std::string_view stream, std::size_t limit);
    std::size_t count_open();
    void settle(const Settlement& settlement, std::string_view settled_at);
    Announced announced(std::string_view stream, Timestamp from, Timestamp until);

  private:
    Statement insert_;
    Statement open_;
    Statement count_open_;
    Statement settle_;
    Statement recent_;
    Statement announced_;
};

// The table `subscriptions`: the state of each topic's subscription.
class SubscriptionTable {
  public:
    explicit SubscriptionTable(Connection& db);

    // True: the row was written, because it differs.
    bool save(const Subscription& subscription, std::string_view at);
    std::vector<Subscription> all();

  private:
    Statement save_;
    Statement all_;
};

// The table `signing_certificates`.
class CertificateTable {
  public:
    explicit CertificateTable(Connection& db);

    std::vector<KeptCertificate> all();
    void save(const KeptCertificate& certificate);
    // Whether there was one.
    bool remove(std::string_view url);

  private:
    Statement all_;
    Statement save_;
    Statement remove_;
};

}  // namespace carecloud
