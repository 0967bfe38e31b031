// Those who write at the portal: records come, change, are disabled, come back and are deleted, in batches that share a
// `modified`, and some become visible late. Remembers of each record what a check must know.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/world_settings.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace carecloud {

// A record as it was written last.
struct Written {
    std::string raw;
    Timestamp modified;
    Timestamp visible_from;
    bool very_late = false;  // visible after the overlap: only a reconciliation finds this version
    bool unbumped = false;   // edited without a new `modified`: likewise
    bool huge = false;       // no answer carries it
    bool deleted = false;
    bool disabled = false;
    bool of_kind_a = false;  // what the only filter there is asks for
    Timestamp moved{};       // when its kind is another for whoever asks the portal
    Timestamp deleted_at{};
    Timestamp edited_at{};    // where it is unbumped
    std::string first_day{};  // as the portal has them: "20240131"
    std::string last_day{};   // empty: none
};

class Writers {
  public:
    // Told of each record written, not of deleted ones.
    using Told = std::function<void(const std::string& entity, const std::string& id, const Written& record)>;

    Writers(PortalModel& model, const WorldSettings& settings, const WorldPlan& plan, Random& random,
            Told told);

    // What the portal begins with: old records in ties.
    void fill();
    // One batch of one kind, now. Says in a few words what it was.
    std::string write_some();
    // The same, of records that are there.
    std::string change_some();
    // Of each entity, where records are deleted at all: nothing of a listing stands behind it.
    void remove_newest();

    // By id; deleted ones stay in it.
    const std::map<std::string, Written>& records(const std::string& entity) const {
        return records_.at(entity);
    }
    // When the last row is visible that becomes so within the overlap.
    Timestamp last_visible() const { return last_visible_; }

  private:
    struct Batch {
        std::string entity;
        Timestamp modified;
        Timestamp visible_from;
        bool very_late = false;
        bool moves = false;
    };

    const std::string& any_entity();
    Batch begin_batch(const std::string& entity);
    std::string insert(const std::string& entity);
    std::string change(const std::string& entity);
    std::string remove(const std::string& entity);
    void remove(const std::string& entity, const std::string& id);
    std::string edit_unbumped(const std::string& entity);
    void put(const Batch& batch, const std::string& id, Written record);
    std::string raw(const std::string& id, const Written& record);
    std::vector<std::string> pick(const std::string& entity, std::size_t count);

    PortalModel& model_;
    const WorldSettings& settings_;
    const WorldPlan& plan_;
    Random& random_;
    Told told_;
    std::map<std::string, std::map<std::string, Written>> records_;
    Timestamp last_visible_{INT64_MIN};
    std::size_t edits_ = 0;
    std::size_t huge_ = 0;
};

}  // namespace carecloud
