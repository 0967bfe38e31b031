// SQLite's locks on a database file and its connections' shared memory (the wal-index), for the connections of one
// process.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

namespace carecloud {

// SQLite's five levels, from SQLITE_LOCK_NONE to SQLITE_LOCK_EXCLUSIVE.
class DatabaseLock {
  public:
    using Holder = const void*;

    // Returns false if another holder prevents it.
    bool raise(Holder holder, int level);
    void lower(Holder holder, int level);
    bool is_reserved() const;

  private:
    int highest_of_others(Holder holder) const;

    std::map<Holder, int> levels_;
};

class SharedIndex {
  public:
    using Holder = const void*;
    static constexpr int kSlots = 8;

    // nullptr if the region does not exist and is not to be created. Regions are removed with their last holder.
    void* region(Holder holder, std::size_t index, std::size_t bytes, bool make);
    void leave(Holder holder);

    bool lock_shared(Holder holder, int slot);
    bool lock_exclusive(Holder holder, int first, int count);
    void unlock(Holder holder, int first, int count);

  private:
    struct Slots {
        std::array<bool, kSlots> shared{};
        std::array<bool, kSlots> exclusive{};
    };

    std::vector<std::unique_ptr<char[]>> regions_;
    std::map<Holder, Slots> holders_;
};

}  // namespace carecloud
