#include "simulation/exposures.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr Timestamp kEver{INT64_MAX};

}  // namespace

void Exposures::of_record(const std::string& entity, const std::string& id, Timestamp now) {
    records_[{entity, id}] = now;
}

void Exposures::of_entity(const std::string& entity, Timestamp from, Timestamp now) {
    auto& spans = entities_[entity];
    if (!spans.empty() && from <= spans.back().until) {
        spans.back().from = std::min(spans.back().from, from);
        spans.back().until = std::max(spans.back().until, now);
    } else {
        spans.push_back({from, now});
    }
}

void Exposures::of_replica(const std::string& entity, Timestamp from, Timestamp now, bool beyond_overlap) {
    replicas_[entity] = now;
    if (beyond_overlap) of_entity(entity, from, now);
}

bool Exposures::replica_since(const std::string& entity, Timestamp since) const {
    const auto replica = replicas_.find(entity);
    return replica != replicas_.end() && since <= replica->second;
}

void Exposures::for_good(const std::string& entity) {
    of_entity(entity, Timestamp{INT64_MIN}, kEver);
}

bool Exposures::covers(const std::string& entity, const std::string& id, Timestamp visible_from) const {
    const auto record = records_.find({entity, id});
    if (record != records_.end() && visible_from <= record->second) return true;
    const auto spans = entities_.find(entity);
    return spans != entities_.end() &&
           std::any_of(spans->second.begin(), spans->second.end(), [&](const Span& span) {
               return span.from <= visible_from && visible_from <= span.until;
           });
}

bool Exposures::any_since(const std::string& entity, const std::string& id, Timestamp since) const {
    const auto record = records_.find({entity, id});
    if (record != records_.end() && since <= record->second) return true;
    const auto spans = entities_.find(entity);
    return spans != entities_.end() && since <= spans->second.back().until;
}

bool Exposures::is_for_good(const std::string& entity) const {
    const auto spans = entities_.find(entity);
    return spans != entities_.end() && spans->second.back().until == kEver;
}

}  // namespace carecloud
