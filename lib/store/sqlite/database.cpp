#include "store/sqlite/database.hpp"

#include <exception>
#include <utility>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "store/sqlite/open.hpp"
#include "store/sqlite/ownership.hpp"
#include "store/sqlite/statement.hpp"
#include "store/store.hpp"

namespace carecloud {
namespace {

constexpr const char* kGeneration = "SELECT value FROM meta WHERE name = 'generation'";
// A smaller cache is kept: reading it again in the next call would cost more.
constexpr std::size_t kReleaseFromBytes = 4U << 20U;
// A commit may have to wait this long for a slice of pruning, and as long again for its write to the disk.
constexpr std::chrono::milliseconds kPruneTime{10};

constexpr std::string_view kEraseBody =
    "UPDATE records SET body = ?3, readable = NULL WHERE stream = ?1 AND id = ?2 RETURNING seq";
constexpr std::string_view kEraseQuarantine =
    "UPDATE quarantine SET body = ?3 WHERE stream = ?1 AND id = ?2 AND body <> ?3";
constexpr std::string_view kEraseEvents =
    "UPDATE events SET body = ?3 WHERE stream = ?1 AND record_id = ?2 AND body <> ?3";
constexpr std::string_view kNoteErasure =
    "INSERT INTO erasures (stream, id, erased_at, requested_by) VALUES (?1, ?2, ?3, ?4)";

std::int64_t run_on(Connection& db, std::string_view sql, const ErasureRequest& request) {
    Statement statement(db, sql);
    statement.bind(1, request.stream);
    statement.bind(2, request.id);
    if (sql.find("?3") != std::string_view::npos) statement.bind(3, kNoBody);
    return statement.run();
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const SqliteSettings& settings) {
    if (const auto refused = refuse_path(settings.path)) return *refused;
    if (const auto refused = refuse_lost_store(settings)) return *refused;
    auto ownership = Ownership::take(settings.path);
    if (!ownership) return ownership.error();
    set_aside_log_of_replaced_store(settings);
    auto db = open_connection(settings);
    if (!db) return db.error();
    // A test's VFS stores its files elsewhere.
    if (settings.vfs.empty()) ownership->watch_log();
    mark_store(settings);
    try {
        return std::unique_ptr<Database>(new Database(settings, std::move(*ownership), std::move(*db)));
    } catch (const SqlError& error) {
        return to_error(error, "open store", settings.path);
    }
}

Database::Database(const SqliteSettings& settings, Ownership ownership, std::unique_ptr<Connection> db)
    : settings_(settings),
      ownership_(std::move(ownership)),
      db_(std::move(db)),
      tables_(*db_, settings.first_load),
      pruning_(*db_),
      generation_(db_->text(kGeneration)),
      watch_(settings.vfs.empty() ? std::make_unique<FileWatch>(ownership_.descriptor(), *db_) : nullptr),
      checkpointer_(*db_, settings, watch_.get()) {
    tables_.records.keep_versions(settings.keep_versions);
}

Database::~Database() {
    // It may have been lost since the last call, for example by a copy over it just before a restart.
    try {
        static_cast<void>(check_owned());
    } catch (const std::exception&) {
        // Treated as lost if unknown: committed data is in the log, and the next start applies it.
        db_->set_checkpoint_on_close(false);
    }
}

Result<> Database::check_owned() {
    auto lost = ownership_.lost();
    if (!lost && watch_ && watch_->is_overwritten(*db_)) {
        mark_overwritten(settings_);
        lost = overwritten(settings_.path);
    }
    if (!lost) return {};
    // Closing would move the log into a removed file, and remove a log that may belong to another store by now.
    db_->set_checkpoint_on_close(false);
    return *lost;
}

Result<CommitSummary> Database::commit(const Batch& batch, const std::string& at) {
    if (const auto refused = refuse(batch)) return *refused;
    ensure_batch(batch);
    auto work = [&](Tables&, Transaction& transaction) { return write_batch(batch, at, transaction); };
    return write<CommitSummary>("commit " + batch.stream, work);
}

CommitSummary Database::write_batch(const Batch& batch, const std::string& at, Transaction& transaction) {
    CommitSummary summary;
    tables_.records.begin(batch.stream, at);
    const std::uint64_t seq_before = tables_.records.last_seq();
    tables_.quarantine.begin(batch.stream, at);
    tables_.doubts.begin(batch.stream);
    tables_.omitted.begin(batch.stream);
    // The page first: its changes have the numbers up to page_seq, and the deletions come from another response.
    write_page(batch, summary);
    const std::uint64_t page_seq = tables_.records.last_seq();
    tables_.records.write_replaced();
    write_gone(batch, summary);
    for (const std::string& id : batch.released)
        summary.released += tables_.quarantine.remove(id);
    // In the same transaction as the records, so the cursor is never ahead of them (promise 3).
    bool moved = batch.state && tables_.streams.save(*batch.state, at);
    moved = write_rechecks(batch, summary) || moved;
    summary.last_seq = tables_.records.last_seq();
    ensure_summary(summary, seq_before);  // before the commit: a violated rule keeps the store unchanged
    summary.written = moved || summary.wrote_rows();
    if (summary.written || tables_.records.changed_schema()) transaction.commit();
    // Only now do the numbers and the index in memory take effect: a rollback discards them.
    tables_.records.accept();
    if (batch.page) tables_.records.note_answer(page_seq, batch.page->asked);
    tables_.records.note_answer(summary.last_seq, batch.denied);
    return summary;
}

void Database::write_gone(const Batch& batch, CommitSummary& summary) {
    for (const Key& key : batch.gone) {
        const std::size_t before = summary.deleted;
        tables_.records.mark_deleted(key, batch.denied, summary);
        if (summary.deleted == before) continue;
        summary.released += tables_.quarantine.remove(key.id);
        summary.undoubted += tables_.doubts.remove(key.id);
    }
}

// Returns whether anything was written that the summary does not count.
bool Database::write_rechecks(const Batch& batch, CommitSummary& summary) {
    bool written = batch.reconciled && tables_.streams.note_reconciled(batch.stream);
    for (const std::string& id : batch.undoubted)
        summary.undoubted += tables_.doubts.remove(id);
    for (const Omission& omission : batch.omitted)
        written = tables_.omitted.put(omission) || written;
    for (const std::string& id : batch.unomitted)
        written = tables_.omitted.remove(id) || written;
    return written;
}

// Valid records before invalid ones: if a page has both with one id, the invalid one must stay visible.
void Database::write_page(const Batch& batch, CommitSummary& summary) {
    if (batch.page) {
        for (const Record& record : batch.page->records) {
            const bool taken = tables_.records.take(batch, record, tables_.doubts, summary);
            if (!tables_.quarantine.has_any()) continue;
            if (taken)
                tables_.quarantine.remove(record.id);
            else if (!batch.page->has_invalid(record.id))
                summary.released += tables_.quarantine.release(record.id, record.modified);
        }
        set_aside(batch.page->invalid, QuarantineTable::Attempt::same, summary);
    }
    set_aside(batch.unreachable, QuarantineTable::Attempt::another, summary);
}

void Database::set_aside(const std::vector<InvalidRecord>& invalid, QuarantineTable::Attempt attempt,
                         CommitSummary& summary) {
    for (const InvalidRecord& record : invalid) {
        if (tables_.quarantine.put(record, attempt)) summary.count_quarantined(record.id);
    }
}

Result<PruneReport> Database::prune(const KeepLimits& limits) {
    tables_.records.keep_versions(limits.keep_versions);
    auto work = [&](Tables&, Transaction& transaction) -> Result<PruneReport> {
        const PruneReport report = pruning_.slice(limits, kPruneTime);
        if (report.written) transaction.commit();
        pruning_.accept();
        return report;
    };
    return write<PruneReport>("prune", work);
}

Result<ErasureReport> Database::erase(const ErasureRequest& request, const std::string& at) {
    auto work = [&](Tables&, Transaction& transaction) -> Result<ErasureReport> {
        ErasureReport report;
        PruneReport pruned;
        Statement body(*db_, kEraseBody);
        body.bind(1, request.stream);
        body.bind(2, request.id);
        body.bind(3, kNoBody);
        const std::int64_t newest = body.step() ? body.integer(0) : 0;
        body.reset();
        if (newest > 0) pruning_.erase_versions(newest, pruned);
        report.versions = pruned.versions;
        report.quarantined = run_on(*db_, kEraseQuarantine, request) > 0;
        report.events = static_cast<std::uint64_t>(run_on(*db_, kEraseEvents, request));
        report.known = newest > 0 || report.quarantined || report.events > 0;
        if (!report.known) return report;
        Statement note(*db_, kNoteErasure);
        note.bind(1, request.stream);
        note.bind(2, request.id);
        note.bind(3, at);
        note.bind(4, request.requested_by);
        note.run();
        transaction.commit();
        return report;
    };
    auto report = write<ErasureReport>("erase a record of " + request.stream, work);
    if (report && report->known) report->log_cleared = checkpointer_.clear_log();
    return report;
}

void Database::release_memory() {
    if (db_->cache_bytes() < kReleaseFromBytes) return;
    db_->release_memory();
#if defined(__GLIBC__)
    // Freed pages lie between others; glibc returns them only on request.
    ::malloc_trim(0);
#endif
}

}  // namespace carecloud
