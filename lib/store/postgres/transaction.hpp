// A READ COMMITTED transaction. Rolled back unless it was committed.
//
//     PgTransaction transaction(db);
//     db.query("UPDATE …", …);
//     transaction.commit();
//
// Not REPEATABLE READ: two writers of change_head would fail with a serialization error instead of waiting.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/pipeline.hpp"

namespace carecloud {

class PgTransaction {
  public:
    // Throws PgError.
    explicit PgTransaction(PgConnection& db);
    // BEGIN is sent with the pipeline.
    PgTransaction(PgConnection& db, PgPipeline& pipeline);
    ~PgTransaction();
    PgTransaction(const PgTransaction&) = delete;
    PgTransaction& operator=(const PgTransaction&) = delete;

    // Durable when it returns. Throws PgError: `uncertain` if it is unknown whether the commit succeeded or is durable,
    // because the connection ended, the server did not respond, or it did not wait for a synchronous standby.
    void commit();
    // Does the same together with the statements in the pipeline, in one round trip.
    void commit(PgPipeline& pipeline);

  private:
    PgConnection& db_;
};

}  // namespace carecloud
