// A transaction whose statements all read the store as of the first one, and which cannot write.
//
//     const PgSnapshot snapshot(db);
//     db.query("SELECT …");
//     db.query("SELECT …");
//
// Keep it short: while a snapshot is open, the server keeps every row version that is replaced.
#pragma once

#include "store/postgres/transaction.hpp"

namespace carecloud {

class PgSnapshot {
  public:
    // Throws PgError.
    explicit PgSnapshot(PgConnection& db) : transaction_(db) {
        db.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    }

  private:
    PgTransaction transaction_;
};

}  // namespace carecloud
