// Writes the changes of a BatchPlan: new records and changes with COPY, the rest in one pipeline.
#pragma once

#include "store/postgres/batch_plan.hpp"
#include "store/postgres/batch_versions.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/pipeline.hpp"

#include <cstdint>
#include <string>

namespace carecloud {

class BatchWriter {
  public:
    BatchWriter(PgConnection& db, const Batch& batch, BatchRows& rows, const BatchPlan& plan, Timestamp at)
        : db_(db), batch_(batch), rows_(rows), plan_(plan), at_(at) {}

    // Writes in the current transaction, without committing it. Locks the head of the log if there are changes. Returns
    // the newest number of the change log. Throws PgError, also if another program has changed one of the rows.
    std::uint64_t write(BatchVersions& versions, const std::string& channel);

  private:
    std::uint64_t take_numbers();
    void copy_records();
    void copy_changes();
    void add_updates(PgPipeline& pipeline);
    void add_update(PgPipeline& pipeline, std::string_view id, const BatchRecord& row);
    void add_quarantine(PgPipeline& pipeline);
    void add_rechecks(PgPipeline& pipeline);
    void add_stream(PgPipeline& pipeline);

    PgConnection& db_;
    const Batch& batch_;
    BatchRows& rows_;
    const BatchPlan& plan_;
    Timestamp at_;
    std::uint64_t base_ = 0;  // the head of the log before the batch
};

}  // namespace carecloud
