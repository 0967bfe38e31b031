// The connection that the engine writes with, on the store's thread: commits of batches, and other writes under the
// engine's fence. Nothing throws.
#pragma once

#include "base/error.hpp"
#include "model/batch.hpp"
#include "store/archive_thread.hpp"
#include "store/leases.hpp"
#include "store/postgres/link.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

// With what the engine writes: set by Store::set_fence().
struct EngineLife {
    std::uint64_t number = 0;  // one more at each
    std::optional<Fence> fence{};
};

// Whether the transaction under way may write, as its first statement; an error ends the call.
std::optional<Error> refuse_lost(PgConnection& db, const std::optional<Fence>& fence,
                                 const std::string& operation);

class PgWriter {
  public:
    explicit PgWriter(const PostgresSettings& settings);

    PgLink& link() { return link_; }
    void keep_versions(bool wanted) { keep_versions_ = wanted; }

    // As Store::commit. `at` is the store's time in all rows.
    Result<CommitSummary> commit(const Batch& batch, Timestamp at, const EngineLife& life);

    // When the answer was requested that brought this change.
    Asked asked(std::uint64_t seq, const EngineLife& life);

    // The result of work(connection, transaction), which commits what it writes under the fence.
    template <class T, class Work>
    Result<T> write(const std::string& operation, const EngineLife& life, Work&& work) {
        return link_.write<T>(operation, [&](PgConnection& db, PgTransaction& transaction) -> Result<T> {
            if (auto lost = refuse_lost(db, life.fence, operation)) return *lost;
            return work(db, transaction);
        });
    }

  private:
    void begin_life(const EngineLife& life);
    Result<CommitSummary> write_batch(PgConnection& db, const Batch& batch, Timestamp at,
                                      const EngineLife& life);
    void note_answers(const Batch& batch, const CommitSummary& summary, std::uint64_t page_seq);

    PgLink link_;
    std::string channel_;
    ArchiveThread archive_;
    BodyPacker packer_;
    AnswerLog answers_;
    std::uint64_t noted_seq_ = 0;  // up to which answers_ knows, or knows that it does not
    std::uint64_t life_ = 0;
    bool keep_versions_;
};

}  // namespace carecloud
