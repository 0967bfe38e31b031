// The tables of the schema but `records` (see record_table.hpp), each with its statements; a source file a group.
//
// On the store's thread; throws SqlError. Views that are handed in live until the call returns, the stream's until the
// next begin().
#pragma once

#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/change.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
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
#include <unordered_set>
#include <vector>

namespace carecloud {

struct Replaced;

// In the place of a body that is not kept any more: valid JSON, but no record, which has an `_id`.
inline constexpr std::string_view kNoBody = "{}";

// The table `streams`: what a stream carries from one life of the process to the next.
class StreamTable {
  public:
    explicit StreamTable(Connection& db);

    // Errors: store_corrupt where a stored time does not parse.
    Result<std::optional<StreamState>> load(const std::string& stream);
    // Writes the row where it differs from the one that is stored, `updated_at` aside. True: it was written.
    bool save(const StreamState& state, std::string_view updated_at);
    // A whole reconciliation under the present fingerprint has come to its end. True: the row was written.
    bool note_reconciled(const std::string& stream);

  private:
    Statement load_;
    Statement save_;
    Statement reconciled_;
};

// The table `quota`: each month's count of requests.
class QuotaTable {
  public:
    explicit QuotaTable(Connection& db);

    RequestCount load(std::string_view month);
    void save(std::string_view month, const RequestCount& count);

  private:
    Statement load_;
    Statement save_;
};

// The table `first_passes`: when each stream's first pass came to its end.
class FirstPassTable {
  public:
    explicit FirstPassTable(Connection& db);

    // A stored time that does not parse is one long ago.
    std::map<std::string, Timestamp> all();
    // An earlier one stays.
    void note(const std::string& stream, std::string_view at);

  private:
    Statement all_;
    Statement note_;
};

// The table `version_totals`: how many versions are kept, and their size in bytes, packed.
class VersionTotals {
  public:
    explicit VersionTotals(Connection& db);

    // Negative ones for versions that are removed.
    void add(std::int64_t versions, std::int64_t bytes);

  private:
    Statement add_;
};

// Of a record, by the log of changes: the change before another, or 0. Each is older than the one before, so that a
// damaged chain comes to an end, too.
class PreviousChange {
  public:
    explicit PreviousChange(Connection& db);

    std::int64_t of(std::int64_t seq);

  private:
    Statement find_;
};

// The tables `versions` and `corrections`: what was replaced, and what that corrected.
class VersionTable {
  public:
    explicit VersionTable(Connection& db);

    // Those of the stream that are to be kept.
    void put(std::string_view stream, const std::vector<Replaced>& replaced);

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
};

// The table `passes`: bounded passes as they were requested, and as far as they came.
class PassTable {
  public:
    explicit PassTable(Connection& db);

    // A new row where its id is 0, else that row anew. `at` becomes updated_at, and wished_at of a new one. The id.
    std::uint64_t save(const Job& pass, std::string_view at);
    // By id. A row whose words are unknown here is a failed pass that says so.
    std::vector<Job> all();

  private:
    Connection& db_;
    Statement insert_;
    Statement update_;
    Statement all_;
    Statement forget_;
};

// All rows of a SELECT of pass_columns(), which it runs and resets.
std::vector<Job> read_passes(Statement& select);
std::string_view pass_columns();

// The table `quarantine`: records that could not be taken, whole, with the reason (promise 6).
class QuarantineTable {
  public:
    explicit QuarantineTable(Connection& db);

    // What follows is of this stream, and happens at `at`.
    void begin(std::string_view stream, std::string_view at);
    // False for nearly every stream, which spares the look for every record.
    bool has_any() const { return has_any_; }

    // Whether one that is there already, with the same `modified` and reason, is written as another attempt.
    enum class Attempt { same, another };
    // True: it was written. False: it was there already.
    bool put(const InvalidRecord& record, Attempt attempt);
    // The record came good. True: it was there.
    bool remove(std::string_view id);
    // The record reads well in a version that the store has: what is here is let go, unless it is a newer one, or its
    // `modified` says nothing. True: it was here.
    bool release(std::string_view id, Timestamp modified);
    // Whether this version is there: the same `modified` text.
    bool holds(const Key& key);
    // As Store::untried.
    std::vector<Key> untried(Timestamp before, std::size_t limit);

  private:
    Statement any_;
    Statement find_;
    Statement put_;
    Statement remove_;
    Statement untried_;
    bool has_any_ = false;
};

// The table `doubted`: what is to be asked for again by id (lib/sync/DESIGN.md, hazard 30).
class DoubtTable {
  public:
    explicit DoubtTable(Connection& db);

    // What follows is of this stream; the text lives until the last call.
    void begin(std::string_view stream);
    bool has_any() const { return has_any_; }

    // Until when the record is doubted; none: it is not.
    std::optional<Timestamp> ask_at(std::string_view id);
    // Likewise into `held`, and the bytes that are doubted.
    void recall(std::string_view id, HeldVersion& held);
    // Whether this version of the record is doubted.
    bool holds(const Key& key);
    // True: the row was written, since it is new or is about another version.
    bool put(const Record& record, Timestamp first_seen, Timestamp ask_at, std::uint64_t reversals);
    void move(std::string_view id, Timestamp ask_at);
    bool remove(std::string_view id);
    std::vector<Doubt> next(std::string_view stream, std::size_t limit);
    // When a record of the stream last went back, by the change log.
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

// The table `omitted`: the same of what listings left out (hazard 38).
class OmittedTable {
  public:
    explicit OmittedTable(Connection& db);

    void begin(std::string_view stream);
    // False: it waits already.
    bool put(const Omission& omission);
    bool remove(std::string_view id);
    std::vector<Omission> next(std::string_view stream, std::size_t limit);

  private:
    Statement put_;
    Statement remove_;
    Statement next_;
};

// The table `events`: what the SNS endpoint took.
class EventTable {
  public:
    explicit EventTable(Connection& db);

    // False: an event of this message is there already. `held_seq`: of the version of its record that is held; 0: none
    // is.
    bool insert(const Event& event, std::string_view received_at, std::uint64_t held_seq);
    std::vector<OpenEvent> open(std::string_view stream, std::size_t limit);
    std::size_t count_open();
    void settle(const Settlement& settlement, std::string_view settled_at);
    Announced announced(std::string_view stream, std::string_view from, std::string_view until);

  private:
    std::unordered_set<std::string> announced_since(std::string_view stream, std::string_view from);

    Statement insert_;
    Statement open_;
    Statement count_open_;
    Statement settle_;
    Statement recent_;
    Statement announced_;
};

// The table `subscriptions`: where each topic's subscription stands.
class SubscriptionTable {
  public:
    explicit SubscriptionTable(Connection& db);

    // True: the row was written, since it differs from what was there.
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
