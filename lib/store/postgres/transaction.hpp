// A transaction, READ COMMITTED. Rolled back if it was not committed.
//
//     PgTransaction transaction(db);
//     db.query("UPDATE …", …);
//     transaction.commit();
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/pipeline.hpp"

namespace carecloud {

class PgTransaction {
  public:
    // Throws PgError.
    explicit PgTransaction(PgConnection& db);
    // Begins with the first statement of the pipeline.
    PgTransaction(PgConnection& db, PgPipeline& pipeline);
    ~PgTransaction();
    PgTransaction(const PgTransaction&) = delete;
    PgTransaction& operator=(const PgTransaction&) = delete;

    // Durable when it returns. Throws PgError: `uncertain` if its result or durability is not known, because the
    // connection ended, the server does not answer, or a synchronous standby was not waited for.
    void commit();
    // The same, with what the pipeline holds, in one round trip.
    void commit(PgPipeline& pipeline);

  private:
    PgConnection& db_;
};

}  // namespace carecloud
