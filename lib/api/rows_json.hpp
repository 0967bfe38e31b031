// Pages of a store's content as JSON. Records are copied byte for byte, as the portal sent them.
//
// Pure; thread-safe.
#pragma once

#include "store/reader.hpp"

#include <string>

namespace carecloud {

// {"seq":…,"stream":…,"id":…,"kind":…,"modified":…,"hash":…,"committed_at":…}
void append_change(std::string& out, const ChangeRow& change);

// {"generation":…,"changes":[…],"next":SEQ}; `next` is the `since` of the next page, or `since` itself if there are no
// changes.
std::string changes_json(const ChangePage& page, std::uint64_t since);
// {"records":[…],"next":ID or null}
std::string records_json(const RecordPage& page);
// {"versions":[{"seq":…, …,"kept":…,"corrections":[{"day":…,"sign_in":…,"field":…,"was":…,"is_now":…}]}],
//  "next":SEQ or null}
std::string versions_json(const VersionPage& page);
// {"held":…,"events":[…],"quarantine":{…} or null,"doubt":{"modified":…,"first_seen":…,"ask_at":…} or null,
//  "omitted_at":… or null}
std::string life_json(const RecordLife& life);
// {"events":[…],"next":NUMBER or null}
std::string events_json(const EventPage& page);
// {"quarantine":[…],"next":{"stream":…,"id":…} or null}
std::string quarantine_json(const QuarantinePage& page);

}  // namespace carecloud
