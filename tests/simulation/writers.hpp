// Those who write at the portal: records come, change, are disabled, come back and are deleted, in batches that share a
// `modified`, and some become visible late. Remembers of each record what a check must know.
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

    bool back = false;        // its `modified` is not the greatest that it ever had
    bool reversible = false;  // and never was, or the portal was restored: an earlier version may come again
    bool odd_modified = false;  // of another type than the others'
    bool odd_id = false;
    Timestamp peak{INT64_MIN};  // the greatest `modified` so far
    Timestamp restored_at{INT64_MIN};

    // What the portal had of it, one after the other.
    struct Version {
        Timestamp from;                       // until the next one's
        std::optional<Timestamp> modified{};  // none: it was not there
        std::size_t edit = 0;
    };
    std::vector<Version> versions{};
    std::size_t edit = 0;

    bool is_odd() const { return odd_modified || odd_id; }
    // Whether the portal had a version of that `modified` at any time in [since, until]; none: whether it had none.
    bool had(std::optional<Timestamp> version, Timestamp since, Timestamp until) const;
};

// The number of the edit that a record's text names; 0: none.
std::size_t edit_of(std::string_view body);

class Writers {
  public:
    // Told of each record written, not of deleted ones.
    using OnWritten =
        std::function<void(const std::string& entity, const std::string& id, const Written& record)>;

    Writers(PortalModel& model, Replica& replica, const WorldSettings& settings, const WorldPlan& plan,
            Random& random, OnWritten on_written);

    // What the portal begins with: old records in ties.
    void fill();
    // One batch of one kind, now. Says in a few words what it was.
    std::string write_some();
    // The same, of records that are there.
    std::string change_some();
    // Of each entity, where records are deleted at all: nothing of a listing stands behind it.
    void remove_newest();
    // Records with nothing special about them, of each entity.
    void insert_plain();
    // Dates that lie years ahead are corrected.
    std::string correct_some();
    // The whole portal is kept as it is now, and restored from that.
    void back_up() { backup_ = records_; }
    std::string restore();
    // From now on the other type, in all records.
    void retype();

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
        bool repeats = false;  // each record's `modified` stays as it was
    };

    const std::string& any_entity();
    Batch begin_batch(const std::string& entity);
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
    Random rare_random_;  // dice of the rare faults
    OnWritten on_written_;
    Records records_;
    Records backup_;
    Timestamp last_visible_{INT64_MIN};
    std::size_t edits_ = 0;
    std::size_t huge_ = 0;
};

}  // namespace carecloud
