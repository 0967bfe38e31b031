// Removes what is older than the operator wants to keep, in slices, so no commit is delayed for long. Rows are removed
// in the order of their insertion, up to the first one that is recent enough: a clock that was wrong for a while
// removes nothing too early.
//
// Keeps the newest change of each record, with which its history begins, and open events. Used on the store's thread;
// throws SqlError.
#pragma once

#include "store/sqlite/statement.hpp"
#include "store/sqlite/tables.hpp"
#include "store/store_handle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace carecloud {

class Connection;

class Pruning {
  public:
    explicit Pruning(Connection& db);

    // Prunes for at most about `time`, in the current transaction, which must be committed if the report says that
    // something was written. Does nothing during the first load of an empty store.
    PruneReport slice(const KeepLimits& limits, std::chrono::milliseconds time);
    // Removes all former versions of the record with this newest change, and their corrections.
    void erase_versions(std::int64_t newest_seq, PruneReport& report);
    // The transaction was committed. Without this call, the next slice starts where this one did.
    void accept() { accepted_ = position_; }

  private:
    // The position after the slices so far.
    struct Position {
        std::int64_t change = 0;
        std::int64_t event = 0;
        std::string stream{};
        std::int64_t record = 0;
    };
    // Each removes a few rows. False if there is nothing more to do.
    bool prune_versions(const std::string& limit, PruneReport& report);
    bool prune_corrections(const std::string& limit, PruneReport& report);
    bool prune_changes(const std::string& limit, PruneReport& report);
    bool prune_events(const std::string& limit, PruneReport& report);
    bool prune_deleted(const std::string& limit, PruneReport& report);
    void remove_body(std::int64_t rowid, PruneReport& report);
    bool go_to_next_stream();

    Connection& db_;
    Position accepted_;
    Position position_;
    std::int64_t pruned_to_ = 0;  // the highest removed seq
    Statement old_versions_;
    VersionRemoval version_removal_;
    Statement old_correction_;
    Statement remove_corrections_;
    Statement old_changes_;
    Statement remove_change_;
    Statement save_position_;
    Statement old_events_;
    Statement remove_event_;
    Statement deleted_records_;
    Statement next_stream_;
    Statement remove_body_;
    PreviousChange previous_;
};

}  // namespace carecloud
