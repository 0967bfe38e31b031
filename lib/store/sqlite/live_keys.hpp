// The keys of the records that the portal is known to have, in the order of (`modified`, id), by an index of their own:
// what a reconciliation counts and compares. On a connection of its own that only reads, so that counting a million of
// them holds up no event; each call sees every commit that ended before it. One thread; nothing throws.
#pragma once

#include "base/error.hpp"
#include "model/record.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/statement.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

class LiveKeys {
  public:
    // Of the store that `settings` name, which is open, at its newest schema.
    static Result<std::unique_ptr<LiveKeys>> open(const SqliteSettings& settings);

    // As Store::live and Store::count_live.
    Result<std::vector<Key>> read(const LiveRange& range);
    Result<std::uint64_t> count(const std::string& stream, const std::string& modified_from);

    // Gives the page cache back.
    void release_memory() { db_->release_memory(); }

  private:
    LiveKeys(const SqliteSettings& settings, std::unique_ptr<Connection> db);

    std::string path_;
    std::unique_ptr<Connection> db_;  // closed after the statements
    Statement read_;
    Statement count_;
};

}  // namespace carecloud
