// Clients that write at the portal: records are created, changed, disabled, restored and deleted, in batches that share
// a `modified`, and some become visible late. Keeps for each record what the checks need.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/replica.hpp"
#include "simulation/world_settings.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The last version of a record.
struct Written {
    std::string raw;
    Timestamp modified;
    Timestamp visible_from;
    bool very_late = false;  // visible after the overlap: only a reconciliation finds this version
    bool unbumped = false;   // edited without a new `modified`: only a reconciliation finds it
    bool huge = false;       // no response contains it
    bool deleted = false;
    bool disabled = false;
    bool of_kind_a = false;  // selected by the only filter
    Timestamp moved{};       // when a different kind becomes visible at the portal
    Timestamp deleted_at{};
    Timestamp edited_at{};    // if it is unbumped
    std::string first_day{};  // as at the portal: "20240131"
    std::string last_day{};   // empty: none

    bool back = false;          // its `modified` is not its greatest so far
    bool reversible = false;    // and never was, or the portal was restored: an earlier version may return
    bool odd_modified = false;  // of a different type than the others
    bool odd_id = false;
    Timestamp peak{INT64_MIN};  // the greatest `modified` so far
    Timestamp restored_at{INT64_MIN};

    // The versions at the portal, in order.
    struct Version {
        Timestamp from;                       // until that of the next one
        std::optional<Timestamp> modified{};  // empty: it did not exist
        std::size_t edit = 0;
    };
    std::vector<Version> versions{};
    std::size_t edit = 0;

    bool is_odd() const { return odd_modified || odd_id; }
    // Whether the portal had a version with that `modified` at any time in [since, until]; std::nullopt: whether the
    // record did not exist at any time then.
    bool had(std::optional<Timestamp> version, Timestamp since, Timestamp until) const;
};

// The number of the edit in a record's text; 0: none.
std::size_t edit_of(std::string_view body);

class Writers {
  public:
    // Called with each record written, but not with deleted ones.
    using OnWritten =
        std::function<void(const std::string& entity, const std::string& id, const Written& record)>;

    Writers(PortalModel& model, Replica& replica, const WorldSettings& settings, const WorldPlan& plan,
            Random& random, OnWritten on_written);

    // The portal's initial content: old records in ties.
    void fill();
    // One batch of one kind, now. Returns a short description.
    std::string write_some();
    // The same, of existing records.
    std::string change_some();
    // If records are deleted at all: deletes the last record in listings of each entity.
    void remove_newest();
    // Records without special properties, of each entity.
    void insert_plain();
    // Dates that lie years ahead are corrected.
    std::string correct_some();
    // Saves the current state of the whole portal, and restores it.
    void back_up() { backup_ = records_; }
    std::string restore();
    // From now on, all records have the other type of `modified`.
    void retype();

    // By id; includes deleted ones.
    const std::map<std::string, Written>& records(const std::string& entity) const {
        return records_.at(entity);
    }
    // When the last row becomes visible within the overlap.
    Timestamp last_visible() const { return last_visible_; }

  private:
    struct Batch {
        std::string entity;
        Timestamp modified;
        Timestamp visible_from;
        bool very_late = false;
        bool moves = false;
        bool repeats = false;  // each record's `modified` is kept
    };

    const std::string& any_entity();
    Batch begin_batch(const std::string& entity);
    // How far the dates of all records are ahead.
    Duration ahead() const;
    void put_back_in_time(Batch& batch, Timestamp now);
    bool is_behind(const Batch& batch) const;
    void change_again(const Batch& first, const std::vector<std::string>& ids);
    void restore(const std::string& entity, const std::string& id, const Written& kept);
    FieldTypes types_of(const Written& record) const;
    void store(const std::string& entity, const Written& record);
    void note_version(Written& record, const Written::Version& version);
    std::string insert(const std::string& entity);
    std::string change(const std::string& entity);
    std::string remove(const std::string& entity);
    void remove(const std::string& entity, const std::string& id);
    std::string edit_unbumped(const std::string& entity);
    void put(const Batch& batch, const std::string& id, Written record);
    std::string raw(const std::string& id, const Written& record);
    std::vector<std::string> pick(const std::string& entity, std::size_t count);

    using Records = std::map<std::string, std::map<std::string, Written>>;

    PortalModel& model_;
    Replica& replica_;
    const WorldSettings& settings_;
    const WorldPlan& plan_;
    Random& random_;
    Random rare_random_;  // random numbers of the rare faults
    OnWritten on_written_;
    Records records_;
    Records backup_;
    Timestamp last_visible_{INT64_MIN};
    std::size_t edits_ = 0;
    std::size_t huge_ = 0;
};

}  // namespace carecloud
