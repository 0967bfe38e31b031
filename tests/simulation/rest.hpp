// The end of a world, in which nothing goes wrong any more: whether every stream comes to rest, as fast as promised.
#pragma once

#include "core/timestamp.hpp"
#include "sync/observer.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class Rest {
  public:
    // From `now` on nothing fails, and from `visible` on everything is visible that a pass must find.
    void begin(const std::vector<std::string>& streams, Timestamp now, Timestamp visible);
    // What is wrong with this pass, if anything: one that began since may fail for a spent quota alone.
    std::optional<std::string> pass_ended(const PassReport& report, Timestamp began);
    // Every stream had two whole good passes in a row since, and the second brought nothing.
    bool is_quiet() const;
    // The first stream that had not.
    std::string restless() const;

  private:
    Timestamp from_;
    Timestamp visible_;
    std::map<std::string, std::size_t> quiet_;  // good passes in a row, by stream
};

}  // namespace carecloud
