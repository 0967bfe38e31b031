// The last pass of each stream, for those who ask later. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "sync/walk/observer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace carecloud {

// A pass that has not ended, as far as it has stored anything.
struct PassUnderWay {
    std::uint64_t records = 0;  // taken so far
    MonoTime first_at{};        // the first commit, and what it took is not counted in the rate
    MonoTime last_at{};
    std::uint64_t after_first = 0;
};

struct PassEntry {
    PassReport report;
    Timestamp ended_at;
    std::uint64_t passes = 0;  // in this life of the process, this one included
};

class PassHistory {
  public:
    void note(const PassReport& report, Timestamp ended_at);

    // A commit of the stream's own pass took so many records.
    void note_commit(std::string_view stream, std::uint64_t records, MonoTime now);
    // Null: nothing was stored since the last pass ended.
    const PassUnderWay* under_way(std::string_view stream) const;

    // Null: none has ended yet.
    const PassEntry* find(std::string_view stream) const;

  private:
    std::map<std::string, PassEntry, std::less<>> entries_;
    std::map<std::string, PassUnderWay, std::less<>> under_way_;
};

}  // namespace carecloud
