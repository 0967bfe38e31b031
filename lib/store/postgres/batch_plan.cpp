#include "store/postgres/batch_plan.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

BatchPlan::BatchPlan(const Batch& batch, BatchRows& rows, PgHistory& history, const AnswerLog& answers,
                     Timestamp at, const std::vector<InvalidRecord>& not_text, bool keep_versions)
    : batch_(batch),
      rows_(rows),
      history_(history),
      answers_(answers),
      at_(at),
      not_text_(not_text),
      keep_versions_(keep_versions) {}

// The page comes first: its changes get the lower numbers. The deletions come from another response (page_changes).
void BatchPlan::decide() {
    summary_.last_seq = rows_.seq;
    read_history();
    decide_page();
    page_changes_ = changes_.size();
    decide_gone();
    for (const std::string& id : batch_.released)
        summary_.released += rows_.quarantine.remove(id);
    decide_stream();
    decide_rechecks();
    summary_.written = stream_changed_ || rechecks_changed_ || summary_.wrote_rows();
}

bool BatchPlan::is_not_text(const Record& record) const {
    return std::any_of(not_text_.begin(), not_text_.end(),
                       [&](const InvalidRecord& one) { return one.body.data() == record.body.data(); });
}

// Reads the history of the records whose held version differs from the arriving one. Almost all of these decisions need
// it, so it is read in one round trip.
void BatchPlan::read_history() {
    std::vector<std::int64_t> newest;
    for (const Record& record : batch_.page ? batch_.page->records : std::vector<Record>()) {
        const auto row = rows_.records.find(record.id);
        if (row == rows_.records.end() || row->second.deleted) continue;
        const HeldVersion& held = row->second.change.version;
        if (held.modified == record.modified && held.hash == record.hash) continue;
        newest.push_back(static_cast<std::int64_t>(row->second.stored_seq));
    }
    history_.read(newest);
}

// Valid records before invalid ones: if a page has both with one id, the invalid one must stay visible.
void BatchPlan::decide_page() {
    if (batch_.page) {
        for (const Record& record : batch_.page->records) {
            if (!is_not_text(record)) decide_quarantine(record, take(record));
        }
        quarantine(batch_.page->invalid, false);
        quarantine(not_text_, false);
    }
    quarantine(batch_.unreachable, true);
}

// A valid record removes its row from quarantine if it was taken. If its version is already held, it removes the row
// unless the version in quarantine is newer or has no valid `modified`, or the page has an invalid record with the same
// id.
void BatchPlan::decide_quarantine(const Record& record, bool taken) {
    const BatchQuarantine* const row = rows_.quarantine.find(record.id);
    if (!row) return;
    if (taken) {
        rows_.quarantine.remove(record.id);
        return;
    }
    const auto invalid = Timestamp::parse(row->modified);
    if (batch_.page->has_invalid(record.id) || !invalid || record.modified < *invalid) return;
    summary_.released += rows_.quarantine.remove(record.id);
}

bool BatchPlan::take(const Record& record) {
    const auto [entry, is_unseen] = rows_.records.try_emplace(std::string(record.id));
    BatchRecord& row = entry->second;
    if (!is_unseen) return decide_held(row, record);
    apply(row, record, carecloud::decide(nullptr, arrival_of(batch_, record)).kind, 0);
    return true;
}

bool BatchPlan::decide_held(BatchRecord& row, const Record& record) {
    HeldChange held = row.change;
    const bool is_same = held.version.modified == record.modified && held.version.hash == record.hash;
    if (!is_same) held.newest = history_.past(held.seq).value_or(held.newest);
    recall_doubt(record.id, held.version);
    const BatchDecisions decisions{.batch = batch_, .answers = answers_, .seq_before = rows_.seq, .now = at_};
    const Decision decision =
        decide_on(held, decisions, record, [this](std::uint64_t seq) { return history_.past(seq); });
    if (decision.verdict == Verdict::doubt) {
        summary_.doubted += doubt(record, *decision.ask_at, held.version.reversals);
        return false;
    }
    if (held.version.ask_at && !decision.ask_at) summary_.undoubted += rows_.doubts.remove(record.id);
    if (held.version.ask_at && decision.ask_at && *decision.ask_at != *held.version.ask_at)
        rows_.doubts.put(record.id).ask_at = *decision.ask_at;
    if (decision.verdict == Verdict::unchanged) ++summary_.unchanged;
    if (decision.verdict == Verdict::unsteady) ++summary_.unsteady;
    if (decision.verdict != Verdict::take) return false;
    apply(row, record, decision.kind, decision.reversal);
    summary_.reversed += decision.reversal > 0;
    return true;
}

void BatchPlan::recall_doubt(std::string_view id, HeldVersion& held) {
    const BatchDoubt* const row = rows_.doubts.find(id);
    if (!row) return;
    held.ask_at = row->ask_at;
    if (Timestamp::parse(row->modified) == held.modified) held.doubted = row->hash;
}

// True if the row must be written because the doubt is new or about another version.
bool BatchPlan::doubt(const Record& record, Timestamp ask_at, std::uint64_t reversals) {
    const BatchDoubt* const held = rows_.doubts.find(record.id);
    if (held && held->modified == record.modified_text && held->hash == record.hash && held->ask_at == ask_at)
        return false;
    const bool is_new = held == nullptr;
    BatchDoubt& row = rows_.doubts.put(record.id);
    if (is_new) row.first_seen = batch_.asked_at.to_string();
    row.modified = record.modified_text;
    row.hash = record.hash;
    row.ask_at = ask_at;
    row.reversals = reversals;
    return true;
}

void BatchPlan::apply(BatchRecord& row, const Record& record, ChangeKind kind, std::uint64_t reversal) {
    const bool is_held = row.change.seq > 0;
    if (is_held && !keep_versions_ && row.change.seq < kPlannedSeq)
        unkept_.push_back(static_cast<std::int64_t>(row.change.seq));
    PlannedVersion replaced{.previous = row.change.seq,
                            .id = record.id,
                            .modified_text = row.modified_text,
                            .hash = row.change.version.hash,
                            .former = row.newest,
                            .now = record.body};
    const std::uint64_t seq = log(row, {.kind = kind,
                                        .id = record.id,
                                        .modified_text = std::string(record.modified_text),
                                        .modified = record.modified,
                                        .hash = record.hash,
                                        .days = record.days,
                                        .reversal = reversal});
    replaced.seq = seq;
    if (is_held && keep_versions_) versions_.push_back(std::move(replaced));
    row.newest = &record;
    row.deleted = false;
}

// Adds a change of the record and updates its row. Returns the planned number.
std::uint64_t BatchPlan::log(BatchRecord& row, PlannedChange change) {
    change.seq = kPlannedSeq + changes_.size() + 1;
    change.previous = row.change.seq;
    row.modified_text = change.modified_text;
    row.change = {.seq = change.seq,
                  .version = {.modified = change.modified, .hash = change.hash, .last_change = change.kind},
                  .newest = {.modified = change.modified,
                             .hash = change.hash,
                             .committed_at = at_,
                             .reversal = change.reversal,
                             .previous = change.previous}};
    history_.add(change.seq, row.change.newest);
    if (!std::exchange(row.is_changed, true)) changed_records_.push_back(change.id);
    summary_.count(change.kind);
    changes_.push_back(std::move(change));
    return changes_.back().seq;
}

void BatchPlan::decide_gone() {
    for (const Key& key : batch_.gone) {
        const std::size_t before = summary_.deleted;
        mark_deleted(key);
        if (summary_.deleted == before) continue;
        summary_.released += rows_.quarantine.remove(key.id);
        summary_.undoubted += rows_.doubts.remove(key.id);
    }
}

// Marks the record as deleted, unless another version was stored in the meantime, or the response that brought this
// version had not arrived yet when the portal's denial was requested.
void BatchPlan::mark_deleted(const Key& key) {
    const auto found = rows_.records.find(key.id);
    if (found == rows_.records.end() || found->second.deleted) return;
    BatchRecord& row = found->second;
    const bool is_that_version =
        row.modified_text == key.modified_text || row.change.version.modified == key.modified;
    if (!is_that_version || !batch_.denied.is_after(answers_.of(row.change.seq))) return;
    // Without days: the record is no longer in lists by days.
    log(row, {.kind = ChangeKind::deleted,
              .id = found->first,
              .modified_text = row.modified_text,
              .modified = key.modified,
              .hash = row.change.version.hash});
    row.deleted = true;
}

void BatchPlan::decide_rechecks() {
    for (const std::string& id : batch_.undoubted)
        summary_.undoubted += rows_.doubts.remove(id);
    for (const Omission& omission : batch_.omitted) {
        if (rows_.omitted.find(omission.id)) continue;
        rows_.omitted.put(omission.id) = omission;
        rechecks_changed_ = true;
    }
    for (const std::string& id : batch_.unomitted)
        rechecks_changed_ = rows_.omitted.remove(id) || rechecks_changed_;
}

void BatchPlan::decide_stream() {
    const auto before = rows_.stream;
    if (batch_.state) {
        StreamState state = *batch_.state;
        state.reconciled_fingerprint = state.fingerprint;
        if (before) {
            state.updated_at = before->updated_at;
            state.reconciled_fingerprint =
                before->fingerprint == state.fingerprint ? before->reconciled_fingerprint : "";
        }
        rows_.stream = std::move(state);
    }
    if (batch_.reconciled && rows_.stream) rows_.stream->reconciled_fingerprint = rows_.stream->fingerprint;
    stream_changed_ = rows_.stream && rows_.stream != before;
}

void BatchPlan::quarantine(const std::vector<InvalidRecord>& invalid, bool is_another_attempt) {
    for (const InvalidRecord& record : invalid) {
        const std::string id = pg_text(record.id);
        const std::string modified = pg_text(record.modified_text);
        const std::string reason = pg_text(record.reason);
        const BatchQuarantine* const held = rows_.quarantine.find(id);
        if (held && !is_another_attempt && held->modified == modified && held->reason == reason) continue;
        const Timestamp first_at = held ? held->first_at : at_;
        BatchQuarantine& row = rows_.quarantine.put(id);
        row = {.modified = modified,
               .reason = reason,
               .body = record.body,
               .attempts = row.attempts + 1,
               .first_at = first_at};
        summary_.count_quarantined(record.id);
    }
}

}  // namespace carecloud
