#include "system/store_reader.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include <openssl/evp.h>
#include <sqlite3.h>

namespace carecloud {
namespace {

constexpr int kBusyMs = 10'000;

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Connection open(const std::string& path, int flags) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    Connection connection(db, &sqlite3_close);
    if (code != SQLITE_OK) throw std::runtime_error(path + ": " + sqlite3_errstr(code));
    sqlite3_busy_timeout(db, kBusyMs);
    return connection;
}

std::string text_of(sqlite3_stmt* row, int column) {
    const void* bytes = sqlite3_column_blob(row, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    return bytes ? std::string(static_cast<const char*>(bytes), size) : std::string();
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U]);
        text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) & 15U]);
    }
    return text;
}

std::string sha256_hex(std::string_view text) {
    std::string digest(32, '\0');
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
               EVP_sha256(), nullptr);
    return hex(digest);
}

void each_row(sqlite3* db, const char* sql, const std::function<void(sqlite3_stmt*)>& use) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &prepared, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(db));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, &sqlite3_finalize);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(prepared)) == SQLITE_ROW)
        use(prepared);
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
}

std::string name_of(const std::string& stream, const std::string& id) {
    return stream + " " + id + ": ";
}

}  // namespace

std::string broken_log(const ReadStore& store) {
    // A deletion refers to the version that was held; any version after it is stored again, also the same one. A
    // reversal says so.
    struct Replayed {
        const ReadChange* last = nullptr;
        std::set<std::pair<std::string, std::string>> versions{};  // stored since the last deletion
    };
    std::map<std::pair<std::string, std::string>, Replayed> replayed;
    std::uint64_t seq = 0;
    for (const ReadChange& change : store.changes) {
        const std::string name = name_of(change.stream, change.id);
        if (change.seq != ++seq) return "the change log has a hole before seq " + std::to_string(change.seq);
        Replayed& record = replayed[{change.stream, change.id}];
        const bool deletes = change.kind == "deleted";
        const bool is_held = record.versions.contains({change.modified, change.hash});
        if (deletes && !is_held)
            return name + "deleted in a version that was not held, seq " + std::to_string(seq);
        if (!deletes && is_held && !change.is_reversal) return name + "one version twice in the change log";
        if (!record.last != (change.kind == "created") && change.kind != "disabled")
            return name + "its first change and no other should be 'created', seq " + std::to_string(seq);
        record.last = &change;
        if (deletes) record.versions.clear();
        if (!deletes) record.versions.emplace(change.modified, change.hash);
    }
    if (replayed.size() != store.records.size()) return "the replay has another number of records";
    for (const auto& [key, record] : store.records) {
        const auto found = replayed.find(key);
        if (found == replayed.end()) return name_of(key.first, key.second) + "not in the change log";
        const ReadChange& last = *found->second.last;
        if (last.modified != record.modified || last.hash != record.hash || last.seq != record.seq)
            return name_of(key.first, key.second) + "the replay gives another version";
        if (record.deleted != (last.kind == "deleted"))
            return name_of(key.first, key.second) + "deleted in the log or the records, and not in the other";
    }
    return {};
}

ReadStore read_store(const std::string& path) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    ReadStore store;
    each_row(db.get(), "BEGIN", [](sqlite3_stmt*) {});
    const char* const records =
        "SELECT stream, id, modified, hash, seq, deleted_at IS NOT NULL, body FROM records";
    each_row(db.get(), records, [&](sqlite3_stmt* row) {
        store.records[{text_of(row, 0), text_of(row, 1)}] = {
            .modified = text_of(row, 2),
            .hash = hex(text_of(row, 3)),
            .body_sha256 = sha256_hex(text_of(row, 6)),
            .seq = static_cast<std::uint64_t>(sqlite3_column_int64(row, 4)),
            .deleted = sqlite3_column_int(row, 5) != 0};
    });
    // A store that is still migrated has no such column yet.
    bool has_reversals = false;
    each_row(db.get(), "SELECT 1 FROM pragma_table_info('changes') WHERE name = 'reversal'",
             [&](sqlite3_stmt*) { has_reversals = true; });
    const std::string reversal = has_reversals ? "reversal" : "0";
    const std::string changes =
        "SELECT seq, stream, id, kind, modified, hash, " + reversal + " FROM changes ORDER BY seq";
    each_row(db.get(), changes.c_str(), [&](sqlite3_stmt* row) {
        store.changes.push_back({.seq = static_cast<std::uint64_t>(sqlite3_column_int64(row, 0)),
                                 .stream = text_of(row, 1),
                                 .id = text_of(row, 2),
                                 .kind = text_of(row, 3),
                                 .modified = text_of(row, 4),
                                 .hash = hex(text_of(row, 5)),
                                 .is_reversal = sqlite3_column_int64(row, 6) > 0});
    });
    each_row(db.get(), "SELECT id, reason FROM quarantine",
             [&](sqlite3_stmt* row) { store.quarantine[text_of(row, 0)] = text_of(row, 1); });
    each_row(db.get(), "COMMIT", [](sqlite3_stmt*) {});
    return store;
}

ReadEvents read_events(const std::string& path) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    ReadEvents events;
    each_row(db.get(), "SELECT message_id, stream, record_id, event_type, state, body FROM events",
             [&](sqlite3_stmt* row) {
                 events[text_of(row, 0)] = {.stream = text_of(row, 1),
                                            .record_id = text_of(row, 2),
                                            .event_type = text_of(row, 3),
                                            .state = text_of(row, 4),
                                            .body = text_of(row, 5)};
             });
    return events;
}

std::vector<ReadPass> read_passes(const std::string& path) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    std::vector<ReadPass> passes;
    const char* const sql =
        "SELECT pass, kind, state, steps_done, position_modified, position_id, error, requests FROM passes"
        " ORDER BY pass";
    each_row(db.get(), sql, [&](sqlite3_stmt* row) {
        passes.push_back({.id = static_cast<std::uint64_t>(sqlite3_column_int64(row, 0)),
                          .kind = text_of(row, 1),
                          .state = text_of(row, 2),
                          .steps_done = static_cast<std::uint64_t>(sqlite3_column_int64(row, 3)),
                          .position = {text_of(row, 4), text_of(row, 5)},
                          .error = text_of(row, 6),
                          .requests = static_cast<std::uint64_t>(sqlite3_column_int64(row, 7))});
    });
    return passes;
}

std::map<std::string, std::uint64_t> read_quota(const std::string& path) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    std::map<std::string, std::uint64_t> requests;
    each_row(db.get(), "SELECT month, sent FROM quota", [&](sqlite3_stmt* row) {
        requests[text_of(row, 0)] = static_cast<std::uint64_t>(sqlite3_column_int64(row, 1));
    });
    return requests;
}

std::map<std::string, std::string> read_subscriptions(const std::string& path) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    std::map<std::string, std::string> states;
    each_row(db.get(), "SELECT topic_arn, state FROM subscriptions",
             [&](sqlite3_stmt* row) { states[text_of(row, 0)] = text_of(row, 1); });
    return states;
}

std::int64_t revision(const std::string& path) {
    std::int64_t sum = -1;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const Connection db(opened, &sqlite3_close);
    if (code != SQLITE_OK) return sum;
    sqlite3_busy_timeout(opened, kBusyMs);
    sqlite3_stmt* prepared = nullptr;
    // The tables do not exist yet.
    const char* const sql =
        "SELECT ifnull(max(seq), 0) * 1000 + (SELECT ifnull(sum(attempts), 0) + count(*) FROM quarantine)"
        " FROM changes";
    if (sqlite3_prepare_v2(opened, sql, -1, &prepared, nullptr) != SQLITE_OK) return sum;
    if (sqlite3_step(prepared) == SQLITE_ROW) sum = sqlite3_column_int64(prepared, 0);
    sqlite3_finalize(prepared);
    return sum;
}

void execute_sql(const std::string& path, const std::string& sql) {
    const Connection db = open(path, SQLITE_OPEN_READWRITE);
    each_row(db.get(), sql.c_str(), [](sqlite3_stmt*) {});
}

std::string select_text(const std::string& path, const std::string& sql) {
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    std::optional<std::string> first;
    each_row(db.get(), sql.c_str(), [&](sqlite3_stmt* row) {
        if (!first) first = text_of(row, 0);
    });
    return first.value_or("");
}

StoreLock::StoreLock(const std::string& path) : db_(open(path, SQLITE_OPEN_READWRITE).release()) {
    if (sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK) return;
    const std::string reason = sqlite3_errmsg(db_);
    sqlite3_close(db_);
    throw std::runtime_error(path + ": " + reason);
}

StoreLock::~StoreLock() {
    sqlite3_close(db_);
}

bool holds(const std::string& path, const Portals& portals) {
    if (revision(path) < 0) return false;
    const Connection db = open(path, SQLITE_OPEN_READONLY);
    std::map<std::pair<std::string, std::string>, std::string> held;
    each_row(db.get(), "SELECT stream, id, modified FROM records WHERE deleted_at IS NULL",
             [&](sqlite3_stmt* row) {
                 held[{text_of(row, 0), text_of(row, 1)}] = text_of(row, 2);
             });
    for (const auto& [stream, listing] : portals) {
        for (const auto& [id, shown] : listing) {
            const auto found = held.find({stream, id});
            // The portal writes every instant with the same number of digits.
            if (found == held.end() || found->second < shown.modified) return false;
        }
    }
    return true;
}

std::string broken_promise(const ReadStore& store, const Portals& portals) {
    std::size_t shown_count = 0;
    for (const auto& [stream, listing] : portals) {
        shown_count += listing.size();
        for (const auto& [id, shown] : listing) {
            const auto held = store.records.find({stream, id});
            if (held == store.records.end() || held->second.deleted) return name_of(stream, id) + "lost";
            const ReadRecord& record = held->second;
            if (record.modified != shown.modified)
                return name_of(stream, id) + record.modified + " is held, " + shown.modified + " is shown";
            if (record.hash != shown.sha256) return name_of(stream, id) + "other content than the portal's";
            if (record.body_sha256 != shown.sha256) return name_of(stream, id) + "its hash is not its body's";
        }
    }
    const auto held_count =
        static_cast<std::size_t>(std::count_if(store.records.begin(), store.records.end(),
                                               [](const auto& record) { return !record.second.deleted; }));
    if (held_count != shown_count) {
        return "the store has " + std::to_string(held_count) + " records, the portal " +
               std::to_string(shown_count);
    }
    return broken_log(store);
}

}  // namespace carecloud
