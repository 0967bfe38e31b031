#include "store/postgres/erasing.hpp"

#include "store/archive_thread.hpp"
#include "store/postgres/pruning.hpp"

#include <vector>

namespace carecloud {
namespace {

constexpr const char* kEraseBody =
    "UPDATE records SET body = $3, readable = NULL WHERE stream = $1 AND id = $2 RETURNING seq";
constexpr const char* kEraseQuarantine =
    "UPDATE quarantine SET body = convert_to($3, 'UTF8') WHERE stream = $1 AND id = $2"
    " AND body <> convert_to($3, 'UTF8')";
constexpr const char* kEraseEvents =
    "UPDATE events SET body = $3 WHERE stream = $1 AND record_id = $2 AND body <> $3";
constexpr const char* kNoteErasure =
    "INSERT INTO erasures (stream, id, erased_at, requested_by) VALUES ($1, $2, $3, $4)";

}  // namespace

Result<ErasureReport> erase_record(PgLink& link, const ErasureRequest& request, Timestamp at) {
    if (!is_pg_text(request.id)) return ErasureReport();
    auto work = [&](PgConnection& db, PgTransaction& transaction) -> Result<ErasureReport> {
        // Waits for the page of the daemon that runs the engine, and delays its next one: the page would keep the body
        // that it has read as a former version.
        db.query("SELECT 1 FROM leases FOR UPDATE");
        ErasureReport report;
        PruneReport pruned;
        const std::string stream = pg_text(request.stream);
        const std::string& id = request.id;
        std::vector<std::int64_t> newest;
        for (const PgRow row : db.query(kEraseBody, stream, id, kNoBody))
            newest.push_back(row.number(0));
        erase_versions(db, newest, true, pruned);
        report.versions = pruned.versions;
        report.quarantined = db.query(kEraseQuarantine, stream, id, kNoBody).affected() > 0;
        report.events = db.query(kEraseEvents, stream, id, kNoBody).affected();
        report.known = !newest.empty() || report.quarantined || report.events > 0;
        if (!report.known) return report;
        db.query(kNoteErasure, stream, id, at, pg_text(request.requested_by));
        transaction.commit();
        return report;
    };
    return link.write<ErasureReport>("erase a record of " + request.stream, work);
}

}  // namespace carecloud
