// Where a record lies, by its id: in the database's unique index `records_by_id`, or, while an empty store is filled
// for the first time, in memory.
//
// Random ids touch a leaf of the index each, and each leaf is written whole at every commit: a store of a million
// records takes new ones at a sixth of the rate of an empty one. So the index is dropped in the transaction that writes
// the very first record, and made from what is there once no stream is in its first walk any more, once more ids than
// the limit are held, or when the file is opened after a life that was cut off. Meanwhile records are found by a map
// from 64 bits of their id to their row; two ids that share them end the first load, too. The log's own two indexes, by
// time and by days, go and come with it.
//
//     index.begin(stream);                       // once a transaction
//     if (auto row = index.find(id)) …
//     index.added(id, row);                      // after an insertion
//     index.accept();                            // after the commit; without it all since begin() is forgotten
//
// On the store's thread; throws SqlError.
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
    // Makes the index where it is missing: needs a connection that may write, outside a transaction.
    RecordIndex(Connection& db, const FirstLoad& settings);

    void begin(std::string_view stream);

    // Before and after each insertion, in a transaction that writes.
    void before_insert();
    void added(std::string_view id, std::int64_t rowid);

    // The row of the stream's record. While find_is_exact() is false it may be that of another record with the same 64
    // bits: the caller looks, and then calls build().
    std::optional<std::int64_t> find(std::string_view id);
    bool find_is_exact() const { return phase_ != Phase::loading; }

    // Ends a first load: the index is made, in the transaction under way.
    void build();

    // The stream's walk has come to its end: its first load is over.
    void walk_ended();
    // Whether the schema was changed since begin(): such a transaction is to be committed.
    bool changed() const { return changed_; }
    void accept();

  private:
    enum class Phase {
        empty,    // no record was ever written: the index is there
        loading,  // no index; the map knows every record
        indexed,
        missing,  // it was made in a transaction that was rolled back: no index, no map
    };

    std::uint64_t key(std::string_view id) const;
    void forget();

    Connection& db_;
    FirstLoad settings_;
    Statement locate_;
    Phase phase_;
    Phase accepted_;
    bool changed_ = false;
    std::string stream_;
    std::uint64_t stream_hash_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> rows_;
    std::vector<std::uint64_t> added_;            // to rows_, since begin()
    std::set<std::string, std::less<>> loading_;  // streams whose first walk has not ended
};

}  // namespace carecloud
