// The keys of the records that the portal is known to have, in the order of (`modified`, id), by an index of their own:
// what a reconciliation counts and compares. On the store's thread; throws SqlError.
#pragma once

#include "core/record.hpp"
#include "store/sqlite/statement.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace carecloud {

class LiveKeys {
  public:
    explicit LiveKeys(Connection& db);

    std::vector<Key> read(const LiveRange& range);
    std::uint64_t count(const std::string& stream, const std::string& modified_from);

  private:
    Statement read_;
    Statement count_;
};

}  // namespace carecloud
