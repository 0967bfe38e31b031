#include "simulation/report_checks.hpp"

#include "portal/query.hpp"

#include <algorithm>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// The portal's `Date` is in whole seconds, and a response is in transit for a while.
constexpr Duration kClocksDiffer = 65s;

std::size_t count_of(const ReportChecks::Hits& hits, Fault fault) {
    const auto found = hits.find(fault);
    return found == hits.end() ? 0 : found->second;
}

}  // namespace

std::uint64_t ReportChecks::unsteady_of(const std::string& stream) const {
    const auto found = store_.unsteady.find(stream);
    return found == store_.unsteady.end() ? 0 : found->second;
}

std::optional<StreamState> ReportChecks::state_of(const std::string& stream) const {
    const auto found = store_.tables.streams.find(stream);
    return found == store_.tables.streams.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, std::string> ReportChecks::doubted_of(const std::string& stream) const {
    std::map<std::string, std::string> doubted;
    for (const auto& [record_id, row] : store_.tables.doubted) {
        if (record_id.first == stream) doubted[record_id.second] = row.modified;
    }
    return doubted;
}

void ReportChecks::new_life(const Hits& hits) {
    before_.clear();
    clocks_doubted_ = false;
    date_faults_ = count_of(hits, Fault::date);
    good_passes_.clear();
    bounded_.clear();
    began_.clear();
}

void ReportChecks::bounded_pass(const std::string& stream, bool under_way) {
    before_.erase(stream);
    if (under_way)
        bounded_.insert(stream);
    else
        bounded_.erase(stream);
}

void ReportChecks::pass_began(const std::string& stream, const Hits& hits, Timestamp now) {
    began_[stream] = now;
    if (bounded_.contains(stream)) return;
    before_[stream] = {.state = state_of(stream),
                       .changes = store_.tables.changes.size(),
                       .doubted = doubted_of(stream),
                       .store_faults = count_of(hits, Fault::store),
                       .unsteady = unsteady_of(stream)};
}

void ReportChecks::clocks(const ClockReport& report) {
    clocks_doubted_ = clocks_doubted_ || report.verdict != ClockVerdict::agree;
}

std::optional<std::string> ReportChecks::pass_ended(const PassReport& report, const Hits& hits,
                                                    std::optional<Timestamp> held_since) {
    if (auto wrong = check_hold(report, held_since)) return report.stream + *wrong;
    const auto began = before_.find(report.stream);
    const bool is_cut_off = report.error && report.error->code == ErrorCode::canceled;
    if (began != before_.end() && !is_cut_off && began->second.store_faults == count_of(hits, Fault::store)) {
        if (auto wrong = check_records(report, began->second)) return report.stream + *wrong;
        if (auto wrong = check_state(report, began->second)) return report.stream + *wrong;
    }
    before_.erase(report.stream);
    // The clocks are compared after the first one.
    if (!report.error && ++good_passes_[report.stream] > 1) return check_clocks(hits);
    return std::nullopt;
}

std::optional<std::string> ReportChecks::check_records(const PassReport& report, const Before& before) const {
    const auto& changes = store_.tables.changes;
    const auto reversed = std::count_if(
        changes.begin() + static_cast<std::ptrdiff_t>(before.changes), changes.end(),
        [&](const auto& change) { return change.stream == report.stream && change.reversal > 0; });
    if (reversed > 0 && report.summary.reversed + report.events.summary.reversed == 0)
        return ": a version came back in change " + std::to_string(changes.size()) +
               " or before it, and the pass does not report it";
    const auto doubted = doubted_of(report.stream);
    const auto fresh = std::find_if(doubted.begin(), doubted.end(), [&](const auto& row) {
        const auto was = before.doubted.find(row.first);
        return was == before.doubted.end() || was->second != row.second;
    });
    if (fresh != doubted.end() && report.summary.doubted + report.events.summary.doubted == 0)
        return " " + fresh->first + " is doubted, and the pass does not report it";
    const bool passed_over = before.unsteady < unsteady_of(report.stream);
    if (passed_over && report.summary.unsteady + report.events.summary.unsteady == 0)
        return ": bytes that differ in each answer were skipped, and the pass does not report it";
    return std::nullopt;
}

std::optional<std::string> ReportChecks::check_state(const PassReport& report, const Before& before) const {
    const auto now = state_of(report.stream);
    if (!before.state || !now || before.state->fingerprint != now->fingerprint) return std::nullopt;
    const auto was = Dialect::from_json(before.state->dialect);
    const auto is = Dialect::from_json(now->dialect);
    if (was && is && !was->asks_like(*is) && !report.dialect_proven)
        return ": another dialect is in use, and the pass does not report that it was proven";
    const bool went_back =
        before.state->cursor && now->cursor && now->cursor->modified + 1h < before.state->cursor->modified;
    if (went_back && !report.cursor_went_back)
        return ": the cursor went back, and the pass does not report it";
    return std::nullopt;
}

std::optional<std::string> ReportChecks::check_clocks(const Hits& hits) const {
    const bool differ =
        plan_.date_absent || std::chrono::abs(plan_.date_ahead - plan_.local_ahead) > kClocksDiffer;
    const bool is_judged = !plan_.clock_jumps && count_of(hits, Fault::date) == date_faults_;
    if (!differ || !is_judged || clocks_doubted_) return std::nullopt;
    return "the portal's clock and this machine's differ, and nothing reports it";
}

// A pass that began after the portal had requested a long wait got no response, and reports until when (hazard 34).
std::optional<std::string> ReportChecks::check_hold(const PassReport& report,
                                                    std::optional<Timestamp> held_since) const {
    const auto began = began_.find(report.stream);
    if (!held_since || began == began_.end() || began->second <= *held_since) return std::nullopt;
    if (!report.error) return ": a pass succeeds while the portal demands a long pause";
    if (report.error->code != ErrorCode::rate_limited) return std::nullopt;
    const bool says_when = report.error->message().find("until ") != std::string::npos &&
                           report.error->hint.find("the next request will be sent at ") == 0;
    if (says_when) return std::nullopt;
    return ": the portal demands a long pause, and the pass does not report when requests resume: " +
           report.error->message();
}

// A record that is held as the portal has it and that no listing of a whole reconciliation contained (hazard 38).
std::optional<std::string> ReportChecks::bounded_pass_ended(const Job& pass,
                                                            const std::optional<LeftOut>& left_out) const {
    const bool is_judged = pass.status == JobStatus::done && pass.kind == JobKind::reconcile &&
                           (pass.whole || pass.deep) && pass.holes == 0;
    const auto started = Timestamp::parse(pass.started_at);  // by the daemon's clock
    if (!is_judged || !started || !left_out || left_out->entity != pass.stream) return std::nullopt;
    const Timestamp since = *started - plan_.local_ahead;
    // Its clock has jumped: the age of the record at the start of the reconciliation is unknown (seed 707992).
    if (since > left_out->since) return std::nullopt;
    const Written& written = writers_.records(pass.stream).at(left_out->id);
    const Duration young = checks_.variant().overlap + kPortalSecond + checks_.clock_slack();
    const auto held = store_.tables.records.find({pass.stream, left_out->id});
    const bool is_settled = written.modified + young < since && !written.deleted && !written.back;
    const bool is_live = held != store_.tables.records.end() && !held->second.deleted_at;
    if (!is_settled || !is_live || exposures_.replica_since(pass.stream, since)) return std::nullopt;
    return pass.stream + ": no listing of a finished reconciliation showed " + left_out->id +
           ", and it does not report a hole";
}

}  // namespace carecloud
