// The versions that a batch replaces: their bodies are read, packed by an ArchiveThread, and written with the
// corrections.
//
//     BatchVersions versions(db, archive, packer);
//     versions.pack(batch, plan);      // before the head of the log is locked
//     versions.copy(stream, base);     // afterwards
//     versions.add_updates(pipeline);
#pragma once

#include "store/archive_thread.hpp"
#include "store/postgres/batch_plan.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/pipeline.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace carecloud {

// Converts a planned number; other numbers are returned unchanged. `base`: the head of the log before the batch.
std::uint64_t final_seq(std::uint64_t seq, std::uint64_t base);

class BatchVersions {
  public:
    BatchVersions(PgConnection& db, ArchiveThread& archive, BodyPacker& packer)
        : db_(db), archive_(archive), packer_(packer) {}

    // Throws PgError, like the calls below.
    void pack(const Batch& batch, const BatchPlan& plan);
    // Writes the new rows with COPY.
    void copy(const std::string& stream, std::uint64_t base);
    // Adds the other statements to the pipeline.
    void add_updates(PgPipeline& pipeline);

  private:
    struct Respelled {
        std::uint64_t previous = 0;
        std::string former{};
        std::string_view now{};
    };
    struct Stored {
        BodyCheck check{};
        std::string packed{};
        std::size_t packed_before = 0;
    };

    void add_lot(const Batch& batch, const std::vector<const PlannedVersion*>& lot);
    void sort(std::vector<Replaced> done);
    void pack_respelled(const BatchPlan& plan);
    void read_stored(const std::vector<std::int64_t>& starts);

    PgConnection& db_;
    ArchiveThread& archive_;
    BodyPacker& packer_;
    std::vector<Replaced> kept_;
    std::vector<Respelled> respelled_;
    std::unordered_map<std::uint64_t, std::size_t> kept_by_seq_;
    std::unordered_map<std::uint64_t, Stored> stored_;  // versions to pack again, by their seq
    // For a change: the newest change at or before it whose replaced version is kept.
    std::unordered_map<std::uint64_t, std::uint64_t> start_of_;
};

}  // namespace carecloud
