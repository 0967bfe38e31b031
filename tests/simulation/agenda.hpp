// What the world is going to do, by its own time. What is due at the same instant happens in the order of its coming.
#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"

#include <functional>
#include <map>
#include <utility>

namespace carecloud {

class Agenda {
  public:
    using Action = std::function<void()>;

    void put(Timestamp at, Action action) { entries_.emplace(at, std::move(action)); }
    bool empty() const { return entries_.empty(); }
    Timestamp next() const { return entries_.begin()->first; }
    Action take_first() { return std::move(entries_.extract(entries_.begin()).mapped()); }
    void clear() { entries_.clear(); }

  private:
    std::multimap<Timestamp, Action> entries_;
};

}  // namespace carecloud
