#include "store/postgres/transaction.hpp"

#include <string>
#include <vector>

namespace carecloud {

PgTransaction::PgTransaction(PgConnection& db) : db_(db) {
    db_.query("BEGIN");
}

PgTransaction::PgTransaction(PgConnection& db, PgPipeline& pipeline) : db_(db) {
    pipeline.add("BEGIN");
}

PgTransaction::~PgTransaction() {
    try {
        if (db_.is_usable() && db_.in_transaction()) db_.query("ROLLBACK");
    } catch (const PgError&) {
        // The connection has ended, and with it the transaction.
    }
}

namespace {

// Converts an error during a COMMIT. Unless the server reported it and kept the connection, the commit may have
// succeeded.
PgError uncertain(const PgError& error) {
    if (error.kind() == PgError::Kind::refused && !error.ends_connection()) return error;
    return {PgError::Kind::uncertain, error.sqlstate(),
            std::string("the result of the commit is unknown: ") + error.what()};
}

void check_commit(PgConnection& db, const PgRows& committed) {
    // COMMIT of a failed transaction rolls it back and succeeds, with the tag ROLLBACK.
    if (committed.tag() != "COMMIT") {
        throw PgError(PgError::Kind::refused, "25P02",
                      "the transaction was rolled back instead of committed");
    }
    // If the wait for a synchronous standby is canceled, COMMIT succeeds with a warning.
    if (db.take_durability_warning()) {
        throw PgError(PgError::Kind::uncertain, "",
                      "committed only on the primary: the wait for the synchronous standby was canceled");
    }
}

}  // namespace

void PgTransaction::commit() {
    db_.take_durability_warning();
    PgRows committed;
    try {
        committed = db_.query("COMMIT");
    } catch (const PgError& error) {
        throw uncertain(error);
    }
    check_commit(db_, committed);
}

void PgTransaction::commit(PgPipeline& pipeline) {
    db_.take_durability_warning();
    pipeline.add("COMMIT");
    std::vector<PgRows> results;
    try {
        results = pipeline.finish();
    } catch (const PgError& error) {
        throw uncertain(error);
    }
    check_commit(db_, results.back());
}

}  // namespace carecloud
