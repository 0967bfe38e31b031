// The content of a store, read as any other program would read it: by plain SQL, read-only, in one snapshot; and a
// check of the promises.
//
//     REQUIRE(broken_promise(read_store(path), {{"claim_attendance", portal.listing("claim_attendance")}}) == "");
//
// Used from one thread.
#pragma once

#include "system/portal_process.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

struct sqlite3;

namespace carecloud {

struct ReadRecord {
    std::string modified;
    std::string hash;         // as stored, hex
    std::string body_sha256;  // computed from the body, hex
    std::uint64_t seq = 0;
    bool deleted = false;
};

struct ReadChange {
    std::uint64_t seq = 0;
    std::string stream;
    std::string id;
    std::string kind;
    std::string modified;
    std::string hash;
    bool is_reversal = false;  // a version that the record had before
};

struct ReadStore {
    std::map<std::pair<std::string, std::string>, ReadRecord> records;  // by stream and id
    std::vector<ReadChange> changes;                                    // in the order of seq
    std::map<std::string, std::string> quarantine;                      // reason by id
};

// Throws std::runtime_error if there is no store, or it has no tables yet.
ReadStore read_store(const std::string& path);

struct ReadEvent {
    std::string stream;  // empty if it has none
    std::string record_id;
    std::string event_type;
    std::string state;
    std::string body;
};
using ReadEvents = std::map<std::string, ReadEvent>;  // by MessageId

// Throws as read_store() does.
ReadEvents read_events(const std::string& path);

// The progress of a backfill or a reconciliation.
struct ReadPass {
    std::uint64_t id = 0;
    std::string kind;
    std::string state;
    std::uint64_t steps_done = 0;
    std::pair<std::string, std::string> position;  // in the current step; empty at its beginning
    std::string error;
    std::uint64_t requests = 0;

    bool is_open() const { return state == "waiting" || state == "running"; }
};
// In order of their ids.
std::vector<ReadPass> read_passes(const std::string& path);

// Requests to the portal, by month.
std::map<std::string, std::uint64_t> read_quota(const std::string& path);
// The state of each topic's subscription.
std::map<std::string, std::string> read_subscriptions(const std::string& path);

// The first promise that the change log by itself breaks, as text; empty if it has no gap and no duplicate, and its
// replay yields the records. It holds at any instant, also right after a kill.
std::string broken_log(const ReadStore& store);

// A value that differs whenever a store's content does; -1 if there is none yet.
std::int64_t revision(const std::string& path);
void execute_sql(const std::string& path, const std::string& sql);
// The first column of the first row, as text; empty if there is no row, or NULL. One statement sees one snapshot.
std::string select_text(const std::string& path, const std::string& sql);

// Holds the store's write lock during its lifetime, as another program may.
class StoreLock {
  public:
    explicit StoreLock(const std::string& path);
    ~StoreLock();
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

  private:
    sqlite3* db_ = nullptr;
};

using Portals = std::map<std::string, Listing>;  // by stream

// Whether the store holds each of these records in that version or a newer one. False if there is no store yet.
bool holds(const std::string& path, const Portals& portals);

// The first promise that the store breaks, as text; empty if it keeps all: it holds the portal's records, byte for
// byte, and broken_log() finds nothing.
std::string broken_promise(const ReadStore& store, const Portals& portals);

}  // namespace carecloud
