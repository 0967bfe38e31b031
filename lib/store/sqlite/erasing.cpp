// The part of Database that erases a record's content.
#include "store/sqlite/database.hpp"
#include "store/sqlite/statement.hpp"

namespace carecloud {
namespace {

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

}  // namespace carecloud
