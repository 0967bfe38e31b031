// The keys of the records that the portal is known to have, in order of (`modified`, id), read through their own index:
// what a reconciliation counts and compares. Reads on its own connection, so counting a million keys delays no event.
// Each call sees every commit that ended before it. Not thread-safe; never throws.
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
    // The store of `settings` must be open, at its newest schema.
    static Result<std::unique_ptr<LiveKeys>> open(const SqliteSettings& settings);

    // As Store::live and Store::count_live.
    Result<std::vector<Key>> read(const LiveRange& range);
    Result<std::uint64_t> count(const std::string& stream, const std::string& modified_from);

    // Releases the page cache.
    void release_memory() { db_->release_memory(); }

  private:
    LiveKeys(const SqliteSettings& settings, std::unique_ptr<Connection> db);

    std::string path_;
    std::unique_ptr<Connection> db_;  // closed after the statements
    Statement read_;
    Statement count_;
};

}  // namespace carecloud
