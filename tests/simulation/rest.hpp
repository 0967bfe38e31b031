// The end of a world, without further faults: checks that every stream comes to rest, as fast as promised.
#pragma once

#include "base/timestamp.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class Rest {
  public:
    // From `now` on nothing fails, and from `visible` on everything is visible that a pass must find. Until
    // `patient_until` a wait requested by the portal before may continue.
    void begin(const std::vector<std::string>& streams, Timestamp now, Timestamp visible,
               Timestamp patient_until);
    bool is_patient(Timestamp now) const { return now < patient_until_; }
    // Checks this pass: if it began since then, only a used-up quota or a wait requested before may make it fail.
    std::optional<std::string> pass_ended(const PassReport& report, Timestamp began);
    // Every stream had two consecutive successful whole passes since, and the second found no changes.
    bool is_quiet() const;
    // The first stream without them.
    std::string restless() const;

  private:
    Timestamp from_;
    Timestamp visible_;
    Timestamp patient_until_;
    std::map<std::string, std::size_t> quiet_;  // consecutive successful passes, by stream
};

}  // namespace carecloud
