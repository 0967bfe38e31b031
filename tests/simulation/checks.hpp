// What must hold of what is committed, in every state of the world and at its end (design: sync-model, "Promises").
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

// From an answer of the portal to what is decided by it, other requests and their pauses between.
constexpr Duration kToDecide = std::chrono::hours(2);
// The texts of a record without what differs in each answer.
bool is_same_text(std::string_view a, std::string_view b);

// An answer tells the portal's time in whole seconds (simulate --seed 8633 --hours 0.25).
constexpr Duration kPortalSecond = std::chrono::seconds(1);
// Within which reversals are counted (hazard 30).
inline constexpr Duration kReversalSpan = std::chrono::hours(24);

// How a record is called in a story.
std::string named(const std::string& entity, const std::string& id);

// What is special about a record, for whoever reads the story of a failure.
std::string described(const Written& written);

class Checks {
  public:
    // All of these outlive it.
    Checks(const WorldSettings& settings, const WorldPlan& plan, PortalModel& model, const Writers& writers,
           const Exposures& exposures, const MemoryStoreContent& store, const MemoryInboxContent& inbox)
        : settings_(settings),
          plan_(plan),
          model_(model),
          writers_(writers),
          exposures_(exposures),
          store_(&store),
          inbox_(&inbox) {}

    // By how much the portal's time may be behind, as far as the daemon can know it (hazard 31): what is young by it is
    // not marked as deleted yet.
    Duration clock_slack() const;
    // The configuration of the life that begins: another fingerprint may take every version again. Whether it is the
    // one of the life before.
    bool new_life(const StreamVariant& variant);
    const StreamVariant& variant() const { return variant_; }
    StreamSpec spec_of(const std::string& entity) const;
    // After every step; costs something only where something was committed. The first that does not hold.
    std::optional<std::string> step(Timestamp now);
    // A bounded pass that an operator requested begins or ends.
    void operators_pass(const std::string& stream, Timestamp now, bool runs) {
        operator_[stream] = {now, runs};
    }
    // A pass of the stream came to its end.
    void pass_ended(const std::string& stream) { passed_.insert(stream); }
    // Whether something needs time beside the streams' passes: an event is open, or a record that no answer carried for
    // a while is still aside.
    bool is_waiting() const;
    // Where nothing is wrong any more and the daemon had its time: promises 1, 2, 4 and 6, as far as they go after
    // these passes, which were requested at `since`.
    enum class After { polls, backfill, reconciliation, again };
    std::optional<std::string> end(After after, Timestamp since, Timestamp now);

    // Whether the stream has the record, as it was written last.
    bool is_shown(const Written& written) const;
    // Whether a pass must have found the record as it was written last: nothing about it is left to reconciliations.
    bool is_plain(const std::string& entity, const std::string& id, const Written& written) const;
    // Whether a reconciliation can find all of the entity: where some of its records have another type and the portal
    // does not count, nothing tells that listings leave these out, and a walk passes over others beside them.
    bool is_findable(const std::string& entity) const;
    // Whether the record is doubted, and the hour at which it is asked for again may have come since then.
    bool is_doubted_since(const StoreContent::RecordId& record_id, Timestamp since) const;
    // Whether a walk may pass over the record though its own types are those of most: it is in the tie of one whose
    // `_id` has another type (DESIGN.md; simulate --seed 6644 --hours 0.25).
    bool is_beside_odd(const std::string& entity, const Written& written) const;
    // That version or a newer one, or in quarantine.
    bool is_held(const std::string& entity, const std::string& id, Timestamp modified) const;

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
        std::uint64_t held = 0;  // the change by which the store held what it did then
    };

    void note_arrival(const Event& event, Arrived& arrived, Timestamp now);
    void note_settled(const Event& event, Timestamp now);
    // Whether an event of the record, or an operator, has asked for it since then (row 21).
    bool was_asked_for(const StoreContent::RecordId& record_id, Timestamp since) const;
    std::optional<std::string> check_event(const Event& event, const Arrived& arrived, Timestamp now) const;
    std::optional<std::string> check_shown(const Event& event, const Arrived& arrived, Timestamp now,
                                           bool hidden) const;
    // No version is taken twice, but where it is the portal that goes back to it; and that comes to an end.
    std::optional<std::string> check_again(const StoreContent::Change& change, Timestamp now);
    std::optional<std::string> check_unmoved(const StoreContent::Change& change, Timestamp now);
    // A whole reconciliation is due, or was done, since a record was doubted or went back last (promise 1).
    void note_doubts(Timestamp now);
    std::optional<std::string> check_whole_due() const;
    // What is shown at the hour of a doubt is taken, though the doubt was about another version (hazard 30).
    bool is_another_due(const StoreContent::Change& change, Timestamp now) const;
    // The second reversal of a record and each further one is put off, twice as long each time.
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
    bool in_quarantine(const std::string& entity, const std::string& id, Timestamp modified) const;
    bool is_past(Timestamp event_time, Timestamp now) const;

    struct LastRow {
        std::string modified;
        bool unmoved = false;  // since the row before it
        Timestamp at;
        std::size_t life = 0;  // the how-manieth wrote it
        bool doubted = false;  // it is to be asked for once more
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
    std::size_t changes_seen_ = 0;
    std::uint64_t commits_seen_ = 0;
    std::uint64_t inbox_writes_seen_ = 0;
    std::map<Version, Timestamp> taken_;      // when first
    std::map<std::string, Arrived> arrived_;  // by message
    std::map<StoreContent::RecordId, std::vector<Timestamp>> reversals_;
    std::map<StoreContent::RecordId, LastRow> last_rows_;
    std::map<StoreContent::RecordId, Timestamp> last_reversals_;
    std::map<std::string, Timestamp> odd_at_;  // when a record of the stream was doubted or went back last
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
