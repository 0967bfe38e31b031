// The connection on which the engine writes, used on the store's thread: commits of batches, and other writes under the
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

// A term of the engine: begins when Store::set_fence() sets another fence.
struct EngineTerm {
    std::uint64_t number = 0;  // increases with each term
    std::optional<Fence> fence{};
};

// Checks the fence as the first statement of the current transaction. An error must end the call.
std::optional<Error> refuse_lost(PgConnection& db, const std::optional<Fence>& fence,
                                 const std::string& operation);

class PgWriter {
  public:
    explicit PgWriter(const PostgresSettings& settings);

    PgLink& link() { return link_; }
    void keep_versions(bool wanted) { keep_versions_ = wanted; }

    // See Store::commit. `at` is the store's time in all rows.
    Result<CommitSummary> commit(const Batch& batch, Timestamp at, const EngineTerm& term);

    // When the response that brought this change was requested (AnswerLog::of).
    Asked asked(std::uint64_t seq, const EngineTerm& term);

    // Returns the result of work(connection, transaction), which writes under the fence and commits.
    template <class T, class Work>
    Result<T> write(const std::string& operation, const EngineTerm& term, Work&& work) {
        return link_.write<T>(operation, [&](PgConnection& db, PgTransaction& transaction) -> Result<T> {
            if (auto lost = refuse_lost(db, term.fence, operation)) return *lost;
            return work(db, transaction);
        });
    }

  private:
    void begin_term(const EngineTerm& term);
    Result<CommitSummary> write_batch(PgConnection& db, const Batch& batch, Timestamp at,
                                      const EngineTerm& term);
    void note_answers(const Batch& batch, const CommitSummary& summary, std::uint64_t page_seq);

    PgLink link_;
    std::string channel_;
    ArchiveThread archive_;
    BodyPacker packer_;
    AnswerLog answers_;
    std::uint64_t noted_seq_ = 0;  // answers_ has an entry for every change up to this one
    std::uint64_t term_ = 0;
    bool keep_versions_;
};

}  // namespace carecloud
