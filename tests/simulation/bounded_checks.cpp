#include "simulation/bounded_checks.hpp"

#include "portal/query.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// Whether its days overlap those of the backfill; without an end it is found only by its start.
bool is_in_range(const Written& written, const Job& pass) {
    if (written.first_day > pass.last_day) return false;
    return written.first_day >= pass.first_day || written.last_day >= pass.first_day;
}

std::string about(const Job& pass) {
    return std::string(to_string(pass.kind)) + " " + std::to_string(pass.id) + " of " + pass.stream;
}

}  // namespace

void BoundedChecks::new_life(bool same) {
    running_.reset();
    canceled_.clear();
    // What an earlier life fetched with another filter is not evidence for this one's.
    if (!same) since_.clear();
}

std::optional<std::string> BoundedChecks::reported(const Job& pass, Timestamp now) {
    // Its deletions are valid even if the result of the commit was lost (simulate --seed 17070 --hours 0.5).
    if (auto wrong = step(now)) return wrong;
    if (pass.status == JobStatus::running && pass.error.empty()) return begins(pass, now);
    if (running_ && running_->pass.id == pass.id) running_.reset();
    for (const auto& [record_id, omission] : store_->tables.omitted) {
        if (omission.filter_changed) judged_by_filter_.insert(record_id);
    }
    return pass.status == JobStatus::done ? check_done(pass) : std::nullopt;
}

std::optional<std::string> BoundedChecks::begins(const Job& pass, Timestamp now) {
    if (canceled_.contains(pass.id)) return about(pass) + " continues although it was canceled";
    running_ = Running{pass};
    for (const auto& [record_id, omission] : store_->tables.omitted) {
        if (record_id.first == pass.stream) running_->omitted.insert(record_id.second);
    }
    // An interrupted backfill continues where it was, an interrupted reconciliation restarts.
    const bool is_fresh = pass.kind == JobKind::reconcile || pass.steps == 0;
    if (is_fresh) since_[pass.id] = now;
    const auto stream = store_->tables.streams.find(pass.stream);
    const auto dialect =
        stream == store_->tables.streams.end() ? std::nullopt : Dialect::from_json(stream->second.dialect);
    if (dialect && (dialect->modified == ModifiedLiteral::date) != plan_.dialect.modified_is_date)
        misled_.insert(pass.id);
    return std::nullopt;
}

std::optional<std::string> BoundedChecks::step(Timestamp now) {
    const auto& changes = store_->tables.changes;
    for (; changes_seen_ < changes.size(); ++changes_seen_) {
        if (changes[changes_seen_].kind != ChangeKind::deleted) continue;
        if (auto wrong = check_deleted(changes[changes_seen_], now)) return wrong;
    }
    return std::nullopt;
}

std::optional<std::string> BoundedChecks::check_deleted(const StoreContent::Change& change, Timestamp now) {
    const std::string what = change.stream + " " + change.id + " was marked as deleted";
    if (auto wrong = check_guard(change)) return what + *wrong;
    const Written& written = writers_.records(change.stream).at(change.id);
    const bool is_there = checks_.is_shown(written) && model_.find(change.stream, change.id);
    const bool has_moved = written.moved != Timestamp{} && now < written.moved + kToDecide;
    if (!is_there || has_moved || may_be_denied({change.stream, change.id}, now)) return std::nullopt;
    return what + ", and the portal has it";
}

// A record that has left the filter is decided later than the reconciliation that missed it and whose guard accepted
// it, perhaps while another one runs (hazard 38; simulate --seed 107 --hours 0.25).
std::optional<std::string> BoundedChecks::check_guard(const StoreContent::Change& change) {
    if (!running_ || running_->pass.stream != change.stream || running_->pass.kind != JobKind::reconcile ||
        running_->omitted.contains(change.id))
        return std::nullopt;
    const DeleteGuard& guard = checks_.variant().reconcile.guard;
    const auto rows = std::count_if(store_->tables.records.begin(), store_->tables.records.end(),
                                    [&](const auto& row) { return row.first.first == change.stream; });
    const auto share = static_cast<std::uint64_t>(static_cast<double>(rows) * guard.share);
    if (++running_->marked > std::min(share, guard.count) && !running_->pass.confirm_deletes)
        return " past the guard of " + std::to_string(std::min(share, guard.count));
    return std::nullopt;
}

// By a lagging replica; by the portal before it was restored; or, if the record seems to have left the filter, by a
// lasting hole and an edit or a new filter (hazard 38; simulate --seed 12 --hours 6).
bool BoundedChecks::may_be_denied(const StoreContent::RecordId& record_id, Timestamp now) const {
    const Timestamp since = now - kToDecide;
    const Written& written = writers_.records(record_id.first).at(record_id.second);
    if (exposures_.replica_since(record_id.first, since) || since <= written.restored_at) return true;
    // Content that differs in each response looks like an edit.
    const bool is_edited = store_->tables.records.at(record_id).body != written.raw;
    return checks_.variant().filter != "{}" && (is_edited || judged_by_filter_.contains(record_id)) &&
           exposures_.any_since(record_id.first, record_id.second, since);
}

// Whether every response since then reflects it.
bool BoundedChecks::was_settled(Timestamp at, Timestamp since) const {
    return at + plan_.overlap < since;
}

std::optional<std::string> BoundedChecks::check_done(const Job& pass) const {
    const auto since = since_.find(pass.id);
    if (since == since_.end()) return std::nullopt;
    // Equal counts do not prove equal content.
    if (pass.kind == JobKind::reconcile && !pass.whole) return std::nullopt;
    if (auto wrong = check_found(pass, since->second)) return wrong;
    return pass.kind == JobKind::reconcile ? check_marked(pass, since->second) : std::nullopt;
}

std::optional<std::string> BoundedChecks::check_found(const Job& pass, Timestamp since) const {
    for (const auto& [id, written] : writers_.records(pass.stream)) {
        const bool due = checks_.is_shown(written) && was_settled(written.visible_from, since) &&
                         (written.moved == Timestamp{} || written.moved + kToDecide < since);
        // Records not returned since, or that may be doubted, are checked when the world is at rest.
        const bool is_open = !checks_.is_findable(pass.stream) ||
                             exposures_.any_since(pass.stream, id, since) ||
                             exposures_.replica_since(pass.stream, since) ||
                             checks_.is_doubted_since({pass.stream, id}, since);
        // A backfill consists only of its walk, and a reconciliation may end with a number of such records (hazard 33).
        const bool is_reported = written.is_odd() && (pass.kind == JobKind::backfill || pass.unexplained > 0);
        const bool is_beside =
            pass.kind == JobKind::backfill && (misled_.contains(pass.id) || !is_in_range(written, pass) ||
                                               checks_.is_beside_odd(pass.stream, written));
        if (!due || is_open || is_reported || is_beside) continue;
        if (checks_.is_held(pass.stream, id, written.modified)) {
            if (keeps_replaced(pass, id, since))
                return about(pass) + " is done, and " + id +
                       " keeps the version that it had before it went back";
            if (!keeps_old_text(pass, id, since)) continue;
            return about(pass) + " is done, and " + id + " keeps the text that it had before an edit";
        }
        return about(pass) + " is done, and " + id + described(written) + " is missing";
    }
    return std::nullopt;
}

// A reverted version is stored once every replica must return the one that is held (hazard 30).
bool BoundedChecks::keeps_replaced(const Job& pass, const std::string& id, Timestamp since) const {
    const Written& written = writers_.records(pass.stream).at(id);
    const auto held = store_->tables.records.find({pass.stream, id});
    if (!written.back || written.huge || pass.kind != JobKind::reconcile ||
        held == store_->tables.records.end() || held->second.deleted_at)
        return false;
    const Timestamp modified = Timestamp::parse(held->second.modified).value_or(written.modified);
    // Responses that spoiled it have put it there; it is requested again hourly (simulate --seed 2107933 --hours 0.25).
    if (checks_.in_quarantine(pass.stream, id, written.modified)) return false;
    const Duration settles = checks_.variant().overlap + kPortalSecond + checks_.clock_slack();
    return modified != written.modified && modified + settles < since;
}

// Passes that read whole records find edits that kept `modified`.
bool BoundedChecks::keeps_old_text(const Job& pass, const std::string& id, Timestamp since) const {
    const Written& written = writers_.records(pass.stream).at(id);
    const bool is_read = pass.deep || pass.kind == JobKind::backfill;
    if (!is_read || !written.unbumped || written.huge || !was_settled(written.edited_at, since)) return false;
    const auto held = store_->tables.records.find({pass.stream, id});
    if (held == store_->tables.records.end() || !checks_.variant().fields.empty()) return false;
    if (pass.scheduled && is_put_off({pass.stream, id}, since)) return false;
    return !is_same_text(held->second.body, written.raw);
}

// Whether a scheduled pass may postpone its row: the record was edited without a new `modified` within a day of another
// such edit, and one row per day is enough (row 21; simulate --seed 14 --hours 6 without the rare faults).
bool BoundedChecks::is_put_off(const StoreContent::RecordId& record_id, Timestamp since) const {
    const StoreContent::Change& last =
        store_->tables.changes.at(store_->tables.records.at(record_id).seq - 1);
    const Timestamp day_before = since + plan_.local_ahead - kReversalSpan;
    if (last.previous == 0 || *Timestamp::parse(last.committed_at) < day_before) return false;
    const StoreContent::Change& before = store_->tables.changes.at(last.previous - 1);
    return before.modified == last.modified && before.hash != last.hash;
}

std::optional<std::string> BoundedChecks::check_marked(const Job& pass, Timestamp since) const {
    const Duration overlap = checks_.variant().overlap;
    for (const auto& [record_id, held] : store_->tables.records) {
        if (record_id.first != pass.stream || held.deleted_at) continue;
        const Written& written = writers_.records(pass.stream).at(record_id.second);
        // A record that has left the filter is requested once more, an overlap later.
        const bool was_gone = written.deleted && was_settled(written.deleted_at, since);
        const Timestamp modified = Timestamp::parse(held.modified).value_or(Timestamp{});
        const bool is_open = exposures_.any_since(pass.stream, record_id.second, since) ||
                             exposures_.replica_since(pass.stream, since);
        if (!was_gone || is_open || since < modified + overlap + kPortalSecond + checks_.clock_slack())
            continue;
        return about(pass) + " is done, and " + record_id.second + " is not marked as deleted";
    }
    return std::nullopt;
}

}  // namespace carecloud
