// The changes of a batch, decided in memory on the rows that were read: records with their changes, quarantine, doubts,
// omissions and the stream's row. The rules are those of model/change.hpp, as in every store.
//
//     BatchPlan plan(batch, rows, history, answers, at, not_text, keep_versions);
//     plan.decide();
//     BatchWriter(db, batch, rows, plan, at).write(versions, channel);
//
// New changes have planned numbers (kPlannedSeq + 1, + 2, …) until the head of the log is locked, which happens as late
// as possible (BatchWriter::write).
#pragma once

#include "model/batch.hpp"
#include "store/held_change.hpp"
#include "store/postgres/batch_rows.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

inline constexpr std::uint64_t kPlannedSeq = std::uint64_t{1} << 62;

struct PlannedChange {
    std::uint64_t seq = 0;  // planned
    ChangeKind kind = ChangeKind::created;
    std::string_view id{};
    std::string modified_text{};
    Timestamp modified{};
    Hash hash{};
    std::optional<DaySpan> days{};
    std::uint64_t previous = 0;  // may be a planned number
    std::uint64_t reversal = 0;
};

// A version that is replaced. Its body is in the page if it came with it, otherwise in the database.
struct PlannedVersion {
    std::uint64_t seq = 0;  // of the change that replaces it; a planned number
    std::uint64_t previous = 0;
    std::string_view id{};
    std::string modified_text{};
    Hash hash{};
    const Record* former = nullptr;  // null: its body is in the database
    std::string_view now{};
};

class BatchPlan {
  public:
    // All must outlive this object. `not_text`: the records of the page that the database cannot store, which are
    // quarantined.
    BatchPlan(const Batch& batch, BatchRows& rows, PgHistory& history, const AnswerLog& answers, Timestamp at,
              const std::vector<InvalidRecord>& not_text, bool keep_versions);

    // Makes the decisions. Reads the log through `history`. Throws PgError.
    void decide();

    const std::vector<PlannedChange>& changes() const { return changes_; }
    // The number of changes() from the page; the others are deletions.
    std::size_t page_changes() const { return page_changes_; }
    const std::vector<PlannedVersion>& versions() const { return versions_; }
    // The stored changes whose versions are replaced and not kept.
    const std::vector<std::int64_t>& unkept() const { return unkept_; }
    // The ids of the records whose rows must be written, in the order in which they were first changed.
    const std::vector<std::string_view>& changed_records() const { return changed_records_; }
    // Whether the stream's row must be written.
    bool is_stream_changed() const { return stream_changed_; }
    // Its last_seq is the newest change before the batch.
    const CommitSummary& summary() const { return summary_; }

  private:
    bool is_not_text(const Record& record) const;
    void read_history();
    void decide_page();
    void decide_quarantine(const Record& record, bool taken);
    void decide_gone();
    void decide_rechecks();
    void decide_stream();
    bool take(const Record& record);
    bool decide_held(BatchRecord& row, const Record& record);
    void recall_doubt(std::string_view id, HeldVersion& held);
    bool doubt(const Record& record, Timestamp ask_at, std::uint64_t reversals);
    void apply(BatchRecord& row, const Record& record, ChangeKind kind, std::uint64_t reversal);
    void mark_deleted(const Key& key);
    std::uint64_t log(BatchRecord& row, PlannedChange change);
    void quarantine(const std::vector<InvalidRecord>& invalid, bool is_another_attempt);

    const Batch& batch_;
    BatchRows& rows_;
    PgHistory& history_;
    const AnswerLog& answers_;
    Timestamp at_;
    const std::vector<InvalidRecord>& not_text_;
    bool keep_versions_;
    std::vector<PlannedChange> changes_;
    std::vector<PlannedVersion> versions_;
    std::vector<std::int64_t> unkept_;
    std::vector<std::string_view> changed_records_;
    std::size_t page_changes_ = 0;
    bool stream_changed_ = false;
    bool rechecks_changed_ = false;
    CommitSummary summary_;
};

}  // namespace carecloud
