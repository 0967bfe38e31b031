// Invariants of backfills and reconciliations while they run and when they report that they are done
// (lib/sync/DESIGN.md, hazards 5, 6, 21 and 22).
#pragma once

#include "model/job.hpp"
#include "simulation/checks.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace carecloud {

class BoundedChecks {
  public:
    // All of these must outlive it.
    BoundedChecks(const WorldPlan& plan, const PortalModel& model, const Writers& writers,
                  const Exposures& exposures, const Checks& checks, const MemoryStoreContent& store)
        : plan_(plan),
          model_(model),
          writers_(writers),
          exposures_(exposures),
          checks_(checks),
          store_(&store) {}

    // `same`: the configuration is that of the previous life.
    void new_life(bool same);
    // The engine reports this state of a pass, now.
    std::optional<std::string> reported(const Job& pass, Timestamp now);
    // A request was withdrawn: nothing of the pass may start any more in this life.
    void canceled(std::uint64_t id) { canceled_.insert(id); }
    // After every step: checks the records that were marked as deleted since.
    std::optional<std::string> step(Timestamp now);

  private:
    struct Running {
        Job pass;
        std::uint64_t marked = 0;         // as deleted, in this attempt
        std::set<std::string> omitted{};  // released by earlier ones, to be judged by a second check
    };

    std::optional<std::string> begins(const Job& pass, Timestamp now);
    std::optional<std::string> check_guard(const StoreContent::Change& change);
    std::optional<std::string> check_deleted(const StoreContent::Change& change, Timestamp now);
    std::optional<std::string> check_done(const Job& pass) const;
    std::optional<std::string> check_found(const Job& pass, Timestamp since) const;
    std::optional<std::string> check_marked(const Job& pass, Timestamp since) const;
    // Whether responses of the last hours may have denied the record.
    bool may_be_denied(const StoreContent::RecordId& record_id, Timestamp now) const;
    bool is_put_off(const StoreContent::RecordId& record_id, Timestamp since) const;
    bool keeps_replaced(const Job& pass, const std::string& id, Timestamp since) const;
    bool keeps_old_text(const Job& pass, const std::string& id, Timestamp since) const;
    bool was_settled(Timestamp at, Timestamp since) const;

    const WorldPlan& plan_;
    const PortalModel& model_;
    const Writers& writers_;
    const Exposures& exposures_;
    const Checks& checks_;
    const MemoryStoreContent* store_;
    std::optional<Running> running_;
    std::map<std::uint64_t, Timestamp> since_;  // since when a pass has checked everything, by id
    std::set<std::uint64_t>
        misled_;  // began while the stream's dialect was that of the records of another type
    std::set<std::uint64_t> canceled_;
    std::set<StoreContent::RecordId>
        judged_by_filter_;  // omitted by listings when the stream's filter was new
    std::size_t changes_seen_ = 0;
};

}  // namespace carecloud
