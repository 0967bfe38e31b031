// Finds a record's row by its id: through the database's unique index `records_by_id`, or in memory while an empty
// store is filled for the first time.
//
// Each random id touches another leaf of the index, and each commit writes whole leaves: a store with a million records
// accepts new ones at a sixth of the rate of an empty store. So the transaction that writes the very first record drops
// the index. It is built again when the first passes of all streams with records have ended (Store::note_first_pass()),
// when the store has more ids than the limit, or when the file is opened after an interrupted run. Until then, records
// are found by a map from 64 bits of their ids to their rows; two ids with the same 64 bits end the first load, too.
// The two indexes of the log, by time and by days, are dropped and built along with it.
//
//     index.begin(stream);                       // once per transaction
//     if (auto row = index.find(id)) …
//     index.added(id, row);                      // after an insertion
//     index.accept();                            // after the commit; otherwise everything since begin() is discarded
//
// Used on the store's thread; throws SqlError.
#pragma once

#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/statement.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace carecloud {

class Connection;

class RecordIndex {
  public:
    // Builds the index if it is missing: needs a connection that may write, outside of a transaction.
    RecordIndex(Connection& db, const FirstLoad& settings);

    void begin(std::string_view stream);

    // Before and after each insertion, in a transaction that writes.
    void before_insert();
    void added(std::string_view id, std::int64_t rowid);

    // The row of the stream's record. While find_is_exact() is false, it may be the row of another record with the same
    // 64 bits: the caller must check this, and call build() if it is.
    std::optional<std::int64_t> find(std::string_view id);
    bool find_is_exact() const { return phase_ != Phase::loading; }

    // Ends a first load: builds the index, in the current transaction.
    void build();

    // The first pass of the stream has ended: builds the index in the current transaction if no other stream is in its
    // own.
    void first_pass_ended();
    // Whether the schema was changed since begin(): if so, the transaction must be committed.
    bool changed() const { return changed_; }
    void accept();

  private:
    enum class Phase {
        empty,    // no record was ever written; the index exists
        loading,  // no index; the map has every record
        indexed,
        missing,  // built in a transaction that was rolled back: no index, no map
    };

    std::uint64_t key(std::string_view id) const;
    void forget();
    bool is_loaded();

    Connection& db_;
    FirstLoad settings_;
    Statement loaded_;
    Statement locate_;
    Phase phase_;
    Phase accepted_;
    bool changed_ = false;
    std::string stream_;
    std::uint64_t stream_hash_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> rows_;
    std::vector<std::uint64_t> added_;            // to rows_ since begin()
    std::set<std::string, std::less<>> loading_;  // with records in rows_, in their first pass
};

}  // namespace carecloud
