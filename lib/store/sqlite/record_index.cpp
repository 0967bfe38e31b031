#include "store/sqlite/record_index.hpp"

#include "store/sqlite/connection.hpp"

#include <functional>

namespace carecloud {
namespace {

// The same text as in migrations/001_initial.sql and 004_lookups.sql. One may exist without the others, if a first load
// was interrupted and a migration created its own.
constexpr const char* kCreate =
    "CREATE UNIQUE INDEX IF NOT EXISTS records_by_id ON records (stream, id);"
    "CREATE INDEX IF NOT EXISTS changes_by_modified ON changes (stream, modified_s);"
    "CREATE INDEX IF NOT EXISTS changes_by_days ON changes (stream, end_day, seq, start_day) WHERE end_day "
    "IS NOT NULL";
constexpr const char* kDrop =
    "DROP INDEX records_by_id; DROP INDEX changes_by_modified; DROP INDEX changes_by_days";
constexpr const char* kCount = "SELECT count(*) FROM sqlite_schema WHERE name = 'records_by_id'";
constexpr const char* kAnyRecord = "SELECT EXISTS (SELECT 1 FROM records NOT INDEXED)";
constexpr std::string_view kLoaded = "SELECT 1 FROM first_passes WHERE stream = ?1";
constexpr std::string_view kLocate = "SELECT rowid FROM records WHERE stream = ?1 AND id = ?2";

// Creates the indexes if an interrupted first load has dropped them. Returns whether the store has no record yet.
bool is_empty_and_indexed(Connection& db) {
    if (db.number(kCount) == 0) db.execute(kCreate);
    return db.number(kAnyRecord) == 0;
}

}  // namespace

RecordIndex::RecordIndex(Connection& db, const FirstLoad& settings)
    : db_(db),
      settings_(settings),
      loaded_(db, kLoaded),
      locate_(db, kLocate),
      phase_(is_empty_and_indexed(db) ? Phase::empty : Phase::indexed),
      accepted_(phase_) {}

void RecordIndex::begin(std::string_view stream) {
    forget();
    stream_ = stream;
    stream_hash_ = std::hash<std::string_view>()(stream_) * 0x9e3779b97f4a7c15U;
    loaded_.bind(1, stream_);
    locate_.bind(1, stream_);
}

// Whether the first pass of the stream has ended: also in this transaction.
bool RecordIndex::is_loaded() {
    const Statement::Scope scope(loaded_);
    return loaded_.step();
}

// Discards the effects of a transaction that was rolled back.
void RecordIndex::forget() {
    const bool built = accepted_ != Phase::indexed && phase_ == Phase::indexed;
    if (built) {
        phase_ = Phase::missing;
        accepted_ = Phase::missing;
    } else {
        for (const std::uint64_t key : added_)
            rows_.erase(key);
        phase_ = accepted_;
    }
    added_.clear();
    changed_ = false;
}

void RecordIndex::before_insert() {
    if (phase_ == Phase::missing) build();
    if (phase_ != Phase::empty) return;
    // A stream that had no record when its first pass ended: no end of a first pass would build the index again.
    if (is_loaded()) {
        phase_ = Phase::indexed;
        return;
    }
    db_.execute(kDrop);
    phase_ = Phase::loading;
    changed_ = true;
}

void RecordIndex::added(std::string_view id, std::int64_t rowid) {
    if (phase_ != Phase::loading) return;
    if (!loading_.contains(stream_) && !is_loaded()) loading_.insert(stream_);
    added_.push_back(key(id));
    rows_.emplace(added_.back(), static_cast<std::uint32_t>(rowid));
    if (rows_.size() >= settings_.records_max) build();
}

std::optional<std::int64_t> RecordIndex::find(std::string_view id) {
    if (phase_ == Phase::loading) {
        const auto found = rows_.find(key(id));
        if (found == rows_.end()) return std::nullopt;
        return found->second;
    }
    locate_.bind(2, id);
    const Statement::Scope scope(locate_);
    if (!locate_.step()) return std::nullopt;
    return locate_.integer(0);
}

void RecordIndex::build() {
    if (phase_ != Phase::loading && phase_ != Phase::missing) return;
    // The map's memory is used by the sorter now; if the transaction is rolled back, the next one creates the index
    // again.
    rows_ = {};
    added_ = {};
    phase_ = Phase::missing;
    accepted_ = Phase::missing;
    db_.execute(kCreate);
    phase_ = Phase::indexed;
    changed_ = true;
}

void RecordIndex::first_pass_ended() {
    loading_.erase(stream_);
    if (loading_.empty()) build();
}

void RecordIndex::accept() {
    accepted_ = phase_;
    added_.clear();
    changed_ = false;
}

std::uint64_t RecordIndex::key(std::string_view id) const {
    return (std::hash<std::string_view>()(id) ^ stream_hash_) & settings_.key_mask;
}

}  // namespace carecloud
