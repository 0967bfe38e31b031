// Takes away what is older than an operator wants to keep, a slice at a time, so that no commit waits for long. Rows go
// in the order in which they came, up to the first one that is young enough: a clock that was wrong for a while takes
// nothing away too early.
//
// Of a record its newest change always stays: it is where its history begins. An event that is open stays, too. On the
// store's thread; throws SqlError.
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

    // Prunes for about `time` at most, in the transaction under way, which is to be committed if the report says that
    // something was written. Without effect while an empty store is filled.
    PruneReport slice(const KeepLimits& limits, std::chrono::milliseconds time);
    // All former versions of the record that this change belongs to, and what was corrected in them.
    void erase_versions(std::int64_t newest_seq, PruneReport& report);
    // The transaction was committed; without this the next slice begins where this one did.
    void accept() { accepted_ = position_; }

  private:
    // Where the slices have come to.
    struct Position {
        std::int64_t change = 0;
        std::int64_t event = 0;
        std::string stream{};
        std::int64_t record = 0;
    };
    // Each takes a few rows. False: there is nothing more to do.
    bool prune_versions(const std::string& limit, PruneReport& report);
    bool prune_corrections(const std::string& limit, PruneReport& report);
    bool prune_changes(const std::string& limit, PruneReport& report);
    bool prune_events(const std::string& limit, PruneReport& report);
    bool prune_deleted(const std::string& limit, PruneReport& report);
    void remove_version(std::int64_t seq, PruneReport& report);
    void remove_body(std::int64_t rowid, PruneReport& report);
    bool go_to_next_stream();

    Connection& db_;
    Position accepted_;
    Position position_;
    std::int64_t pruned_to_ = 0;  // the highest seq that is gone
    Statement old_versions_;
    Statement remove_version_;
    VersionTotals version_totals_;
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
