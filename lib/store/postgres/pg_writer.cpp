#include "store/postgres/pg_writer.hpp"

#include "store/postgres/batch_plan.hpp"
#include "store/postgres/batch_rows.hpp"
#include "store/postgres/batch_versions.hpp"
#include "store/postgres/batch_writer.hpp"
#include "store/postgres/pruning.hpp"
#include "store/store.hpp"

#include <utility>

namespace carecloud {
namespace {

// The JSON parser already requires UTF-8 without NUL. If a record violates that nevertheless, COPY would refuse the
// whole page, so the record is quarantined, where bodies are stored as bytes.
std::vector<InvalidRecord> records_not_text(const Batch& batch) {
    std::vector<InvalidRecord> found;
    if (!batch.page) return found;
    for (const Record& record : batch.page->records) {
        if (is_pg_text(record.id) && is_pg_text(record.modified_text) && is_pg_text(record.body)) continue;
        found.push_back({.id = std::string(record.id),
                         .modified_text = std::string(record.modified_text),
                         .reason = std::string(kNotJsonReason) + "not UTF-8, or with a NUL",
                         .body = record.body});
    }
    return found;
}

// Removes the versions before one that is not kept, because they can no longer be unpacked.
void break_off(PgConnection& db, const BatchPlan& plan) {
    if (plan.unkept().empty()) return;
    if (!db.query("SELECT versions > 0 FROM version_totals")[0].flag(0)) return;
    PruneReport removed;
    erase_versions(db, plan.unkept(), false, removed);
}

}  // namespace

std::optional<Error> refuse_lost(PgConnection& db, const std::optional<Fence>& fence,
                                 const std::string& operation) {
    if (holds_fence(db, fence)) return std::nullopt;
    return store_lost_error(operation);
}

PgWriter::PgWriter(const PostgresSettings& settings)
    : link_(settings), channel_(settings.schema), keep_versions_(settings.keep_versions) {}

// Another daemon may have written since the previous term.
void PgWriter::begin_term(const EngineTerm& term) {
    if (std::exchange(term_, term.number) == term.number) return;
    answers_ = AnswerLog();
    noted_seq_ = 0;
}

Asked PgWriter::asked(std::uint64_t seq, const EngineTerm& term) {
    begin_term(term);
    return answers_.of(seq);
}

Result<CommitSummary> PgWriter::commit(const Batch& batch, Timestamp at, const EngineTerm& term) {
    if (const auto refused = refuse(batch)) return *refused;
    ensure_batch(batch);
    begin_term(term);
    return link_.run<CommitSummary>("commit " + batch.stream,
                                    [&](PgConnection& db) { return write_batch(db, batch, at, term); });
}

Result<CommitSummary> PgWriter::write_batch(PgConnection& db, const Batch& batch, Timestamp at,
                                            const EngineTerm& term) {
    const std::vector<InvalidRecord> not_text = records_not_text(batch);
    PgPipeline reading(db);
    PgTransaction transaction(db, reading);
    auto rows = read_batch_rows(reading, batch, ids_of(batch, not_text), term.fence);
    if (!rows) return store_lost_error("commit " + batch.stream);
    PgHistory history(db);
    BatchPlan plan(batch, *rows, history, answers_, at, not_text, keep_versions_);
    plan.decide();
    CommitSummary summary = plan.summary();
    std::uint64_t before = rows->seq;
    if (summary.written) {
        BatchVersions versions(db, archive_, packer_);
        versions.pack(batch, plan);
        break_off(db, plan);
        summary.last_seq = BatchWriter(db, batch, *rows, plan, at).write(versions, channel_);
        before = summary.last_seq - plan.changes().size();
        ensure_summary(summary, before);  // before the commit: a violated rule keeps the store unchanged
        transaction.commit();
    }
    // Changes of another program, or of a commit whose result was unknown.
    if (before > noted_seq_) answers_.note(before, {});
    note_answers(batch, summary, before + plan.page_changes());
    return summary;
}

void PgWriter::note_answers(const Batch& batch, const CommitSummary& summary, std::uint64_t page_seq) {
    if (batch.page) answers_.note(page_seq, batch.page->asked);
    answers_.note(summary.last_seq, batch.denied);
    noted_seq_ = summary.last_seq;
}

}  // namespace carecloud
