// The last pass of each stream, for those who ask later. I/O thread alone.
#pragma once

#include "core/timestamp.hpp"
#include "sync/observer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace carecloud {

struct PassEntry {
    PassReport report;
    Timestamp ended_at;
    std::uint64_t passes = 0;  // in this life of the process, this one included
};

class PassBook {
  public:
    void note(const PassReport& report, Timestamp ended_at);

    // Null: none has ended yet.
    const PassEntry* find(std::string_view stream) const;

  private:
    std::map<std::string, PassEntry, std::less<>> entries_;
};

}  // namespace carecloud
