// What must hold of what is committed, in every state of the world and at its end (design: sync-model, "Promises").
#pragma once

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
#include <tuple>

namespace carecloud {

// From an answer of the portal to what is decided by it, other requests and their pauses between.
constexpr Duration kToDecide = std::chrono::hours(1);
// An answer tells the portal's time in whole seconds (simulate --seed 8633 --hours 0.25).
constexpr Duration kPortalSecond = std::chrono::seconds(1);

class Checks {
  public:
    // All of these outlive it.
    Checks(const WorldPlan& plan, PortalModel& model, const Writers& writers, const MemoryStoreContent& store,
           const MemoryInboxContent& inbox)
        : plan_(plan), model_(model), writers_(writers), store_(&store), inbox_(&inbox) {}

    // The configuration of the life that begins: another fingerprint may take every version again. Whether it is the
    // one of the life before.
    bool new_life(const StreamVariant& variant);
    const StreamVariant& variant() const { return variant_; }
    StreamSpec spec_of(const std::string& entity) const;
    // After every step; costs something only where something was committed. The first that does not hold.
    std::optional<std::string> step(Timestamp now);
    // Whether something needs time beside the streams' passes: an event is open, or a record that no answer carried for
    // a while is still aside.
    bool is_waiting() const;
    // Where nothing is wrong any more and the daemon had its time: promises 1, 2, 4 and 6, as far as they go after
    // these passes, which were wished for at `since`.
    enum class After { polls, backfill, reconciliation };
    std::optional<std::string> end(After after, Timestamp since, Timestamp now);

    // Whether the stream has the record, as it was written last.
    bool is_shown(const Written& written) const;
    // That version or a newer one, or in quarantine.
    bool is_held(const std::string& entity, const std::string& id, Timestamp modified) const;

  private:
    using Version = std::tuple<std::string, std::string, std::string, Hash>;  // stream, id, modified, hash

    std::optional<std::string> check_new_changes();
    bool is_fresh(const StoreContent::Change& change);
    void forget_versions(const StoreContent::Change& change);
    std::optional<std::string> check_kind(const StoreContent::Change& change) const;
    std::optional<std::string> check_cursors(Timestamp now) const;
    std::optional<std::string> check_settled(Timestamp now) const;
    std::optional<std::string> check_event(const Event& event, Timestamp now) const;
    std::optional<std::string> check_streams(After after, Timestamp since, Timestamp now);
    std::optional<std::string> check_stream(const std::string& entity, After after, Timestamp since,
                                            Timestamp now);
    std::optional<std::string> check_record(const std::string& entity, const std::string& id,
                                            const Record& expected, After after, Timestamp since) const;
    std::optional<std::string> check_beside(const StoreContent::RecordId& place,
                                            const StoreContent::Held& held, After after, Timestamp since,
                                            Timestamp now) const;
    bool in_quarantine(const std::string& entity, const std::string& id, Timestamp modified) const;
    bool is_past(Timestamp told, Timestamp now) const;

    const WorldPlan& plan_;
    PortalModel& model_;
    const Writers& writers_;
    const MemoryStoreContent* store_;
    const MemoryInboxContent* inbox_;
    StreamVariant variant_;
    std::size_t changes_seen_ = 0;
    std::uint64_t commits_seen_ = 0;
    std::uint64_t inbox_writes_seen_ = 0;
    std::set<Version> taken_;
    std::map<std::string, EventState> states_;  // by message
};

}  // namespace carecloud
