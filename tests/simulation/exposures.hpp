// The versions that no pass can be expected to find: a response omitted them, a replica did not have them yet, or the
// portal's time was wrong on every clock that the daemon can read. A whole reconciliation must find them anyway.
#pragma once

#include "base/timestamp.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

class Exposures {
  public:
    // A response omitted or corrupted this record, now.
    void of_record(const std::string& entity, const std::string& id, Timestamp now);
    // A response may have omitted every version of the entity that became visible in [from, now].
    void of_entity(const std::string& entity, Timestamp from, Timestamp now);
    // The same, by a lagging replica: it shows the state at `from`. A pass must tolerate less than the overlap.
    void of_replica(const std::string& entity, Timestamp from, Timestamp now, bool beyond_overlap);
    // No pass can be expected to find anything of the entity any more.
    void for_good(const std::string& entity);

    // Whether a pass need not have found the version that became visible then.
    bool covers(const std::string& entity, const std::string& id, Timestamp visible_from) const;
    // Whether any response about the entity or this record since then was affected.
    bool any_since(const std::string& entity, const std::string& id, Timestamp since) const;
    // Whether a replica has responded since then.
    bool replica_since(const std::string& entity, Timestamp since) const;
    bool is_for_good(const std::string& entity) const;

  private:
    struct Span {
        Timestamp from;
        Timestamp until;
    };

    std::map<std::pair<std::string, std::string>, Timestamp> records_;
    std::map<std::string, std::vector<Span>> entities_;
    std::map<std::string, Timestamp> replicas_;
};

}  // namespace carecloud
