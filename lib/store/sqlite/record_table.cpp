#include "store/sqlite/record_table.hpp"

#include "base/readable_json.hpp"
#include "store/sqlite/connection.hpp"

#include <initializer_list>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kRecordInsert =
    "INSERT INTO records (stream, id, modified, hash, seq, body, readable) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
    "?7)"
    " ON CONFLICT DO NOTHING";
constexpr std::string_view kFound =
    "SELECT r.stream, r.id, r.modified, r.hash, r.deleted_at, c.kind, r.seq, c.previous, c.reversal, "
    "c.committed_at, r.rowid";
constexpr std::string_view kRecordFrom = " FROM records r LEFT JOIN changes c ON c.seq = r.seq";
constexpr std::string_view kByRow = " WHERE r.rowid = ?1";
constexpr std::string_view kById = " WHERE r.stream = ?1 AND r.id = ?2";
constexpr std::string_view kBody = ", r.body";
constexpr int kBodyColumn = 11;
constexpr std::string_view kReplace =
    "UPDATE records SET modified = ?3, hash = ?4, seq = ?5, deleted_at = NULL, body = ?6, readable = ?7"
    " WHERE rowid = ?1";
constexpr std::string_view kLog =
    "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at, modified_s, start_day, "
    "end_day, previous, reversal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
constexpr std::string_view kPast =
    "SELECT modified, hash, committed_at, reversal, previous FROM changes WHERE seq = ?1";
constexpr std::string_view kReplacedBody = "SELECT modified, body FROM records WHERE rowid = ?1";
constexpr std::string_view kDelete = "UPDATE records SET seq = ?2, deleted_at = ?3 WHERE rowid = ?1";
constexpr std::string_view kHolds =
    "SELECT stream, id, modified, deleted_at, hash, seq FROM records WHERE rowid = ?1";

// Pruning may have removed the newest rows: then their highest number is in `meta`.
constexpr const char* kHighestSeq =
    "SELECT max(ifnull((SELECT max(seq) FROM changes), 0),"
    " ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'seq_high'), 0))";

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

// ?6 and ?7: the portal's bytes, and the views' replacement if these are not readable. Both must live until the
// statement has run.
void bind_body(Statement& statement, std::string_view body, const std::optional<std::string>& readable) {
    statement.bind(6, body);
    if (readable)
        statement.bind(7, *readable);
    else
        statement.bind_null(7);
}

}  // namespace

RecordTable::RecordTable(Connection& db, const FirstLoad& first_load)
    : db_(db),
      index_(db, first_load),
      insert_(db, kRecordInsert),
      find_by_row_(db, joined({kFound, kRecordFrom, kByRow})),
      find_(db, joined({kFound, kRecordFrom, kById})),
      find_whole_(db, joined({kFound, kBody, kRecordFrom, kById})),
      replace_(db, kReplace),
      log_(db, kLog),
      holds_(db, kHolds),
      delete_(db, kDelete),
      past_(db, kPast),
      body_(db, kReplacedBody),
      versions_(db),
      accepted_seq_(db.number(kHighestSeq)),
      seq_(accepted_seq_),
      answers_(last_seq()) {}

void RecordTable::begin(std::string_view stream, std::string_view committed_at) {
    seq_ = accepted_seq_;
    archive_.discard();
    stream_ = stream;
    now_ = Timestamp::parse(committed_at).value_or(Timestamp{});
    index_.begin(stream);
    insert_.bind(1, stream);
    find_.bind(1, stream_);
    find_whole_.bind(1, stream_);
    log_.bind(2, stream);
    log_.bind(7, committed_at);
    delete_.bind(3, committed_at);
}

bool RecordTable::take(const Batch& batch, const Record& record, DoubtTable& doubts, CommitSummary& summary) {
    // With many new records, a lookup before the insert would search the index twice. So the kind of the last record is
    // the guess for this one; a wrong guess costs one search.
    const Decision unseen = decide(nullptr, arrival_of(batch, record));
    if (expect_unseen_ && index_.find_is_exact() && insert_unseen(record, unseen.kind)) {
        summary.count(unseen.kind);
        return true;
    }
    std::optional<Held> held = find(record.id, expect_replaced_);
    expect_unseen_ = !held;
    expect_replaced_ = false;
    if (!held) {
        insert_unseen(record, unseen.kind);
        summary.count(unseen.kind);
        return true;
    }
    doubts.recall(record.id, held->change.version);
    const Decision decision = decide_on(*held, batch, record);
    if (decision.verdict == Verdict::doubt) {
        summary.doubted +=
            doubts.put(record, batch.asked_at, *decision.ask_at, held->change.version.reversals);
        return false;
    }
    if (held->change.version.ask_at && !decision.ask_at) summary.undoubted += doubts.remove(record.id);
    if (held->change.version.ask_at && decision.ask_at) doubts.move(record.id, *decision.ask_at);
    if (decision.verdict == Verdict::unchanged) ++summary.unchanged;
    if (decision.verdict == Verdict::unsteady) ++summary.unsteady;
    if (decision.verdict != Verdict::take) return false;
    expect_replaced_ = keep_versions_;
    keep(*held, record, batch.page);
    replace(held->rowid, record);
    log(record, decision.kind, held->change.seq, decision.reversal);
    summary.count(decision.kind);
    summary.reversed += decision.reversal > 0;
    return true;
}

Decision RecordTable::decide_on(Held& held, const Batch& batch, const Record& record) {
    const BatchDecisions decisions{.batch = batch,
                                   .answers = answers_,
                                   .seq_before = static_cast<std::uint64_t>(accepted_seq_),
                                   .now = now_};
    return carecloud::decide_on(held.change, decisions, record,
                                [this](std::uint64_t seq) { return past(seq); });
}

std::optional<PastChange> RecordTable::past(std::uint64_t seq) {
    past_.bind(1, static_cast<std::int64_t>(seq));
    const Statement::Scope scope(past_);
    if (!past_.step()) return std::nullopt;
    return PastChange{.modified = Timestamp::parse(past_.text(0)),
                      .hash = past_.hash(1),
                      .committed_at = Timestamp::parse(past_.text(2)),
                      .reversal = static_cast<std::uint64_t>(past_.integer(3)),
                      .previous = static_cast<std::uint64_t>(past_.integer(4))};
}

// False if the store already has the record: nothing was written.
bool RecordTable::insert_unseen(const Record& record, ChangeKind kind) {
    index_.before_insert();
    insert_.bind(2, record.id);
    insert_.bind(3, record.modified_text);
    insert_.bind(4, record.hash);
    insert_.bind(5, seq_ + 1);
    const std::optional<std::string> readable = readable_json(record.body);
    bind_body(insert_, record.body, readable);
    if (insert_.run() == 0) return false;
    index_.added(record.id, db_.last_insert_rowid());
    log(record, kind, 0);
    return true;
}

std::optional<RecordTable::Held> RecordTable::find(std::string_view id, bool whole) {
    if (!index_.find_is_exact()) {
        const auto rowid = index_.find(id);
        if (!rowid) return std::nullopt;
        find_by_row_.bind(1, *rowid);
        if (auto held = read(find_by_row_, id)) return held;
        // Another record with the same 64 bits.
        index_.build();
    }
    Statement& find = whole ? find_whole_ : find_;
    find.bind(2, id);
    return read(find, id);
}

// std::nullopt if there is no row, or it is another record's.
std::optional<RecordTable::Held> RecordTable::read(Statement& find, std::string_view id) {
    const Statement::Scope scope(find);
    if (!find.step() || find.text(0) != stream_ || find.text(1) != id) return std::nullopt;
    Held held{.rowid = find.integer(10), .change = {.seq = static_cast<std::uint64_t>(find.integer(6))}};
    HeldVersion& version = held.change.version;
    version.modified = Timestamp::parse(find.text(2));
    version.hash = find.hash(3);
    version.last_change = last_change_of(!find.is_null(4), find.text(5));
    held.change.newest = {.modified = version.modified,
                          .hash = version.hash,
                          .committed_at = Timestamp::parse(find.text(9)),
                          .reversal = static_cast<std::uint64_t>(find.integer(8)),
                          .previous = static_cast<std::uint64_t>(find.integer(7))};
    if (&find == &find_whole_)
        held.former = Former{std::string(find.text(2)), std::string(find.text(kBodyColumn))};
    return held;
}

// Keeps the held version before it is replaced.
void RecordTable::keep(Held& held, const Record& record, const PagePtr& page) {
    if (!keep_versions_) return versions_.break_off(held.change.seq);
    if (!held.former) held.former = former(held.rowid);
    if (held.former->body == kNoBody) return;
    archive_.add({.seq = static_cast<std::uint64_t>(seq_) + 1,
                  .previous = held.change.seq,
                  .id = record.id,
                  .now = record.body,
                  .modified_text = std::move(held.former->modified_text),
                  .hash = held.change.version.hash,
                  .former = std::move(held.former->body),
                  .page = page});
    versions_.put(stream_, archive_.take_done());
}

RecordTable::Former RecordTable::former(std::int64_t rowid) {
    body_.bind(1, rowid);
    const Statement::Scope scope(body_);
    if (!body_.step()) return {.body = std::string(kNoBody)};
    return {.modified_text = std::string(body_.text(0)), .body = std::string(body_.text(1))};
}

void RecordTable::write_replaced() {
    versions_.put(stream_, archive_.finish());
}

void RecordTable::replace(std::int64_t rowid, const Record& record) {
    replace_.bind(1, rowid);
    replace_.bind(3, record.modified_text);
    replace_.bind(4, record.hash);
    replace_.bind(5, seq_ + 1);
    const std::optional<std::string> readable = readable_json(record.body);
    bind_body(replace_, record.body, readable);
    replace_.run();
}

void RecordTable::mark_deleted(const Key& key, Asked denied, CommitSummary& summary) {
    const std::optional<Held> row = find(key.id, false);
    if (!row || !holds(key)) return;  // it was stored again in the meantime, or is deleted
    if (!denied.is_after(answers_.of(row->change.seq))) return;
    const std::optional<HeldRecord> version = held(key.id);
    delete_.bind(1, row->rowid);
    delete_.bind(2, seq_ + 1);
    delete_.run();
    // No longer in any list of days.
    const Record gone{.id = key.id,
                      .modified_text = version->modified_text,
                      .modified = key.modified,
                      .body = {},
                      .hash = row->change.version.hash,
                      .days = {}};
    log(gone, ChangeKind::deleted, row->change.seq);
    summary.count(ChangeKind::deleted);
}

void RecordTable::log(const Record& record, ChangeKind kind, std::uint64_t previous, std::uint64_t reversal) {
    log_.bind(1, seq_ + 1);
    log_.bind(3, record.id);
    log_.bind(4, to_string(kind));
    log_.bind(5, record.modified_text);
    log_.bind(6, record.hash);
    log_.bind(8, record.modified.seconds());
    if (record.days) {
        log_.bind(9, record.days->first);
        log_.bind(10, record.days->last);
    } else {
        log_.bind_null(9);
        log_.bind_null(10);
    }
    log_.bind_null(11);
    log_.bind_null(12);
    if (previous > 0) log_.bind(11, static_cast<std::int64_t>(previous));
    if (reversal > 0) log_.bind(12, static_cast<std::int64_t>(reversal));
    log_.run();
    ++seq_;
}

std::optional<HeldRecord> RecordTable::held(std::string_view id) {
    const auto rowid = index_.find(id);
    if (!rowid) return std::nullopt;
    holds_.bind(1, *rowid);
    const Statement::Scope scope(holds_);
    // Another record with the same 64 bits: treated as unknown until the next commit distinguishes them.
    if (!holds_.step() || holds_.text(0) != stream_ || holds_.text(1) != id) return std::nullopt;
    const std::string_view modified = holds_.text(2);
    return HeldRecord{.modified_text = std::string(modified),
                      .modified = Timestamp::parse(modified),
                      .deleted = !holds_.is_null(3),
                      .hash = holds_.hash(4),
                      .seq = static_cast<std::uint64_t>(holds_.integer(5)),
                      .asked = answers_.of(static_cast<std::uint64_t>(holds_.integer(5)))};
}

bool RecordTable::holds(const Key& key) {
    const std::optional<HeldRecord> record = held(key.id);
    if (!record || record->deleted) return false;
    return record->modified_text == key.modified_text || record->modified == key.modified;
}

}  // namespace carecloud
