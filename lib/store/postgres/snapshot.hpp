// A transaction whose statements all read the store as it was at the first one, and that cannot write.
//
//     const PgSnapshot snapshot(db);
//     db.query("SELECT …");
//     db.query("SELECT …");
//
// Short: an open snapshot makes the server keep every row that was replaced meanwhile.
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
