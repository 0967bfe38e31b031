#include "support/fault_disk/disk_locks.hpp"

#include <algorithm>

#include <sqlite3.h>

namespace carecloud {

int DatabaseLock::highest_of_others(Holder holder) const {
    int highest = SQLITE_LOCK_NONE;
    for (const auto& [other, level] : levels_) {
        if (other != holder) highest = std::max(highest, level);
    }
    return highest;
}

bool DatabaseLock::raise(Holder holder, int level) {
    int& mine = levels_[holder];
    if (level <= mine) return true;
    const int others = highest_of_others(holder);
    if (level == SQLITE_LOCK_SHARED && others >= SQLITE_LOCK_PENDING) return false;
    if (level >= SQLITE_LOCK_RESERVED && others >= SQLITE_LOCK_RESERVED) return false;
    if (level == SQLITE_LOCK_EXCLUSIVE && others >= SQLITE_LOCK_SHARED) {
        mine = SQLITE_LOCK_PENDING;  // no new readers; existing ones may finish
        return false;
    }
    mine = level;
    return true;
}

void DatabaseLock::lower(Holder holder, int level) {
    if (level == SQLITE_LOCK_NONE) {
        levels_.erase(holder);
    } else if (const auto mine = levels_.find(holder); mine != levels_.end()) {
        mine->second = std::min(mine->second, level);
    }
}

bool DatabaseLock::is_reserved() const {
    return highest_of_others(nullptr) >= SQLITE_LOCK_RESERVED;
}

void* SharedIndex::region(Holder holder, std::size_t index, std::size_t bytes, bool make) {
    holders_.try_emplace(holder);
    while (make && regions_.size() <= index)
        regions_.push_back(std::make_unique<char[]>(bytes));
    return index < regions_.size() ? regions_[index].get() : nullptr;
}

void SharedIndex::leave(Holder holder) {
    holders_.erase(holder);
    if (holders_.empty()) regions_.clear();
}

bool SharedIndex::lock_shared(Holder holder, int slot) {
    const auto index = static_cast<std::size_t>(slot);
    for (const auto& [other, slots] : holders_) {
        if (other != holder && slots.exclusive[index]) return false;
    }
    holders_[holder].shared[index] = true;
    return true;
}

bool SharedIndex::lock_exclusive(Holder holder, int first, int count) {
    const auto begin = static_cast<std::size_t>(first);
    const auto end = begin + static_cast<std::size_t>(count);
    for (const auto& [other, slots] : holders_) {
        if (other == holder) continue;
        for (std::size_t slot = begin; slot < end; ++slot) {
            if (slots.shared[slot] || slots.exclusive[slot]) return false;
        }
    }
    for (std::size_t slot = begin; slot < end; ++slot)
        holders_[holder].exclusive[slot] = true;
    return true;
}

void SharedIndex::unlock(Holder holder, int first, int count) {
    Slots& slots = holders_[holder];
    for (int slot = first; slot < first + count; ++slot) {
        slots.shared[static_cast<std::size_t>(slot)] = false;
        slots.exclusive[static_cast<std::size_t>(slot)] = false;
    }
}

}  // namespace carecloud
