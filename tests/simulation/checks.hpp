// Invariants of the committed state, during a world and at its end (lib/sync/DESIGN.md, "Promises").
#pragma once

#include "simulation/exposures.hpp"
#include "simulation/world_settings.hpp"
#include "simulation/writers.hpp"
#include "support/memory_inbox/memory_inbox.hpp"
#include "support/memory_store/memory_store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace carecloud {

// The time from a response of the portal to the decision based on it, including other requests and their pauses.
constexpr Duration kToDecide = std::chrono::hours(2);
// The texts of a record without the fields that differ in each response.
bool is_same_text(std::string_view a, std::string_view b);

// A response contains the portal's time in whole seconds (simulate --seed 8633 --hours 0.25).
constexpr Duration kPortalSecond = std::chrono::seconds(1);
// The period in which reversals are counted (hazard 30).
inline constexpr Duration kReversalSpan = std::chrono::hours(24);

// The name of a record in a story.
std::string named(const std::string& entity, const std::string& id);

// Special properties of a record, for readers of the story of a failure.
std::string described(const Written& written);

class Checks {
  public:
    // All of these must outlive it.
    Checks(const WorldSettings& settings, const WorldPlan& plan, PortalModel& model, const Writers& writers,
           const Exposures& exposures, const MemoryStoreContent& store, const MemoryInboxContent& inbox)
        : settings_(settings),
          plan_(plan),
          model_(model),
          writers_(writers),
          exposures_(exposures),
          store_(&store),
          inbox_(&inbox) {}

    // How far the portal's time may be behind, as far as the daemon can know (hazard 31): records that are young by it
    // are not marked as deleted yet.
    Duration clock_slack() const;
    // The daemon's clock jumps. If that precedes the first response of a life, the portal's time may be behind by as
    // much: doubted records become due later.
    void clock_jumped(Duration by);
    // The configuration of the new life: another fingerprint may store every version again. Returns whether it equals
    // that of the previous life.
    bool new_life(const StreamVariant& variant);
    const StreamVariant& variant() const { return variant_; }
    StreamSpec spec_of(const std::string& entity) const;
    // After every step; expensive only after a commit. Returns the first invariant that does not hold.
    std::optional<std::string> step(Timestamp now);
    // A bounded pass that an operator requested begins or ends.
    void operators_pass(const std::string& stream, Timestamp now, bool runs) {
        operator_[stream] = {now, runs};
    }
    // A pass of the stream has reached its end.
    void pass_ended(const std::string& stream) { passed_.insert(stream); }
    // Whether something needs time in addition to the streams' passes: an event is open, or a record that no response
    // contained for a while is still in quarantine.
    bool is_waiting() const;
    // When the faults have ended and the daemon had enough time: promises 1, 2, 4 and 6, as far as they apply after
    // these passes, which were requested at `since`.
    enum class After { polls, backfill, reconciliation, again };
    std::optional<std::string> end(After after, Timestamp since, Timestamp now);

    // Whether the stream has the record in its last version.
    bool is_shown(const Written& written) const;
    // Whether a pass must have found the last version of the record: nothing about it is left to reconciliations.
    bool is_plain(const std::string& entity, const std::string& id, const Written& written) const;
    // Whether a reconciliation can find all records of the entity: if some of them have another type and the portal
    // does not count, nothing shows that listings omit these, and a walk skips their neighbors.
    bool is_findable(const std::string& entity) const;
    // Whether the record is doubted, and may have become due since then.
    bool is_doubted_since(const StoreContent::RecordId& record_id, Timestamp since) const;
    // Whether a walk may skip the record although its own types are those of most: it is in a tie with one whose `_id`
    // has another type (DESIGN.md; simulate --seed 6644 --hours 0.25).
    bool is_beside_odd(const std::string& entity, const Written& written) const;
    // That version or a newer one, or in quarantine.
    bool is_held(const std::string& entity, const std::string& id, Timestamp modified) const;
    bool in_quarantine(const std::string& entity, const std::string& id, Timestamp modified) const;

  private:
    using Version = std::tuple<std::string, std::string, std::string, Hash>;  // stream, id, modified, hash

    std::optional<std::string> check_new_changes(Timestamp now);
    void forget_versions(const StoreContent::Change& change);
    std::optional<std::string> check_kind(const StoreContent::Change& change) const;
    std::optional<std::string> check_cursors(Timestamp now) const;
    std::optional<std::string> check_settled(Timestamp now) const;
    struct Arrived {
        EventState state = EventState::open;
        Timestamp at;
        std::uint64_t held = 0;  // the change that stored the version held then
    };

    void note_arrival(const Event& event, Arrived& arrived, Timestamp now);
    void note_settled(const Event& event, Timestamp now);
    // Whether an event of the record, or an operator, has requested it since then (row 21).
    bool was_asked_for(const StoreContent::RecordId& record_id, Timestamp since) const;
    std::optional<std::string> check_event(const Event& event, const Arrived& arrived, Timestamp now) const;
    std::optional<std::string> check_shown(const Event& event, const Arrived& arrived, Timestamp now,
                                           bool hidden) const;
    // No version is stored twice, unless the portal goes back to it; and that ends.
    std::optional<std::string> check_again(const StoreContent::Change& change, Timestamp now);
    std::optional<std::string> check_unmoved(const StoreContent::Change& change, Timestamp now);
    // A whole reconciliation is due, or was done, since a record was last doubted or reverted (promise 1).
    void note_doubts(Timestamp now);
    std::optional<std::string> check_whole_due() const;
    // The version returned when a doubt is due is stored, although the doubt was about another version (hazard 30).
    bool is_another_due(const StoreContent::Change& change, Timestamp now) const;
    // The second reversal of a record and each further one is postponed, twice as long each time.
    std::optional<std::string> check_reversal(const StoreContent::Change& change, Timestamp now);
    std::optional<std::string> check_streams(After after, Timestamp since, Timestamp now);
    std::optional<std::string> check_stream(const std::string& entity, After after, Timestamp since,
                                            Timestamp now);
    std::optional<std::string> check_record(const std::string& entity, const std::string& id,
                                            const Record& expected, After after, Timestamp since) const;
    std::optional<std::string> check_beside(const StoreContent::RecordId& record_id,
                                            const StoreContent::Held& held, After after, Timestamp since,
                                            Timestamp now) const;
    bool has_odd(const std::string& entity) const;
    bool may_stay_open(const Event& event) const;
    bool is_unexplained(const std::string& entity) const;
    bool is_past(Timestamp event_time, Timestamp now) const;

    struct LastRow {
        std::string modified;
        bool unmoved = false;  // since the previous row
        Timestamp at;
        std::size_t life = 0;  // the life that stored it
        bool doubted = false;  // to be requested once more
    };

    const WorldSettings& settings_;
    const WorldPlan& plan_;
    PortalModel& model_;
    const Writers& writers_;
    const Exposures& exposures_;
    const MemoryStoreContent* store_;
    const MemoryInboxContent* inbox_;
    StreamVariant variant_;
    std::size_t lives_ = 0;
    Duration jumped_{};       // the daemon's clock, in this life
    Duration jumped_back_{};  // the furthest
    std::size_t changes_seen_ = 0;
    std::uint64_t commits_seen_ = 0;
    std::uint64_t inbox_writes_seen_ = 0;
    std::map<Version, Timestamp> taken_;      // first time
    std::map<std::string, Arrived> arrived_;  // by message
    std::map<StoreContent::RecordId, std::vector<Timestamp>> reversals_;
    std::map<StoreContent::RecordId, LastRow> last_rows_;
    std::map<StoreContent::RecordId, Timestamp> last_reversals_;
    std::map<std::string, Timestamp> odd_at_;  // when a record of the stream was last doubted or reverted
    std::map<StoreContent::RecordId, StoreContent::Doubted> doubts_seen_;  // before the last commit
    // When an event of a record arrived or was settled last, and how many are open.
    struct Announced {
        Timestamp at;
        std::size_t open = 0;
    };
    std::map<StoreContent::RecordId, Announced> announced_;
    // When an operator's pass of a stream began or ended last, and whether it runs.
    struct OperatorsPass {
        Timestamp at;
        bool runs = false;
    };
    std::map<std::string, OperatorsPass> operator_;
    std::set<std::string> passed_;  // streams that have had a whole pass with this configuration
};

}  // namespace carecloud
