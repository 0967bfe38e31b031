// The end of a world, in which nothing goes wrong any more: whether every stream comes to rest, as fast as promised.
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
    // From `now` on nothing fails, and from `visible` on everything is visible that a pass must find.
    // Until `patient_until` a wait that the portal dictated before may go on.
    void begin(const std::vector<std::string>& streams, Timestamp now, Timestamp visible,
               Timestamp patient_until);
    bool is_patient(Timestamp now) const { return now < patient_until_; }
    // What is wrong with this pass, if anything: one that began since may fail for a spent quota alone.
    std::optional<std::string> pass_ended(const PassReport& report, Timestamp began);
    // Every stream had two whole good passes in a row since, and the second brought nothing.
    bool is_quiet() const;
    // The first stream that had not.
    std::string restless() const;

  private:
    Timestamp from_;
    Timestamp visible_;
    Timestamp patient_until_;
    std::map<std::string, std::size_t> quiet_;  // good passes in a row, by stream
};

}  // namespace carecloud
