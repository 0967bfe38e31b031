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

// An error that arrived while a COMMIT was under way: it may have been carried out.
PgError uncertain(const PgError& error) {
    if (error.kind() == PgError::Kind::refused && !error.ends_connection()) return error;
    return {PgError::Kind::uncertain, error.sqlstate(),
            std::string("the end of the commit is not known: ") + error.what()};
}

void check_commit(PgConnection& db, const PgRows& committed) {
    if (committed.tag() != "COMMIT") {
        throw PgError(PgError::Kind::refused, "25P02",
                      "the transaction was rolled back instead of committed");
    }
    if (db.take_durability_warning()) {
        throw PgError(PgError::Kind::uncertain, "",
                      "committed on the primary alone: the wait for the synchronous standby was canceled");
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
