#include "telemetry/pass_log.hpp"

#include "base/quantity_text.hpp"
#include "telemetry/pass_text.hpp"

#include <algorithm>
#include <string>

namespace carecloud {
namespace {

// The key of the reason that a backfill or reconciliation waits for quota.
constexpr std::string_view kOfBounded = "bounded";

// Most polls find nothing, and would fill the log.
bool is_news(const PassReport& report) {
    const CommitSummary& summary = report.summary;
    const SettleReport& events = report.events;
    return summary.wrote_rows() || summary.reversed + summary.unsteady > 0 ||
           events.settled + events.gone + events.not_in_stream + events.holes > 0;
}

// The name under which its errors are folded; no stream or operation has such a name.
std::string fold_name(const Job& pass) {
    return "pass " + std::to_string(pass.id);
}

}  // namespace

// A successful pass does not end the interval: a portal that fails occasionally causes one line per five minutes.
void PassLog::request_failed(std::string_view stream, const Error& error) {
    const auto line = requests_.failed(stream, error.code, clock_.now());
    if (!line) return;
    just_reported_.insert_or_assign(std::string(stream), error.code);
    LogFields fields{{"STREAM", stream}};
    if (line->count > 1) fields.emplace_back("COUNT", line->count);
    log_.write(LogLevel::warn, error, fields);
}

void PassLog::loading(std::string_view stream, const LoadSnapshot& load) {
    const std::string text = "loading: " + load_text(load);
    health_.doing(stream, text);
    log_.write(LogLevel::info, text, {{"STREAM", stream}, {"RECORDS", load.records}});
}

void PassLog::pass_ended(const PassReport& report) {
    ++passes_;
    histories_.passes.note(report, clock_.wall());
    histories_.metrics.pass_ended(report, clock_.now());
    if (!report.error || report.error->code != ErrorCode::canceled)
        histories_.day.count_pass(report.error.has_value(), clock_.now());
    if (report.from_the_start) {
        log_.write(LogLevel::warn,
                   "entity, workspace, bucket, filter or fields of the stream changed: restarting from the "
                   "beginning; "
                   "records that no longer match are kept until the next reconciliation",
                   {{"STREAM", report.stream}});
    }
    if (report.cursor_went_back) {
        log_.write(LogLevel::warn,
                   "the cursor was ahead of both the portal's and this machine's clock and was moved back; a "
                   "full reconciliation follows, because records may have been skipped",
                   {{"STREAM", report.stream}, {"CURSOR", cursor_text(report.state)}});
    }
    if (report.dialect_proven && !report.error) {
        log_.write(LogLevel::info, "query dialect detected",
                   {{"STREAM", report.stream}, {"DIALECT", report.state.dialect}});
    }
    if (report.error) {
        // The error is reported by backing_off(), or by the requester of this single pass.
        if (report.summary.changes() > 0)
            log_.write(LogLevel::info, "pass interrupted; received records are kept",
                       fields_of(report, passes_));
        return;
    }
    report_recovery(report);
    health_.restore(Health::kNothingYet);
    health_.restore_stream(report.stream, Health::kOfPass);
    health_.restore_stream(report.stream, Health::kOfStore);
    log_.write(is_news(report) ? LogLevel::info : LogLevel::debug,
               report.summary.changes() > 0 ? "pass finished" : "pass finished, nothing new",
               fields_of(report, passes_));
    report_events(report);
    report_holes(report.stream, report.events.holes);
    const auto& cursor = report.state.cursor;
    health_.at_end(report.stream, cursor ? std::optional(cursor->modified) : std::nullopt);
}

void PassLog::report_events(const PassReport& report) {
    const std::string operation = "events of " + report.stream;
    if (!report.events.error) {
        fold_.succeeded(operation, clock_.now());
        return;
    }
    const auto line = fold_.failed(operation, report.events.error->code, clock_.now());
    if (!line) return;
    log_.write(LogLevel::warn, *report.events.error,
               {{"STREAM", report.stream}, {"EVENTS_OPEN", report.events.open}, {"COUNT", line->count}});
}

void PassLog::push_silent(std::string_view stream, bool silent) {
    histories_.metrics.push_silent(stream, silent);
    if (!silent) {
        health_.restore_stream(stream, "push");
        log_.write(LogLevel::info, "events are received again", {{"STREAM", stream}});
        return;
    }
    health_.degrade_stream(
        stream, "push",
        {.text = "receives almost no events (push silent): most changes were not announced",
         .remedy = "run aws sns list-subscriptions-by-topic; subscribe again, or make the endpoint reachable "
                   "for SNS (manual: events, \"When no event comes\")"});
    log_.write(
        LogLevel::error,
        "push silent: records change, but almost no events announce them; the stream is polled more often. "
        "Check that the topic's subscription still exists (aws sns list-subscriptions-by-topic) and that SNS "
        "can reach the endpoint (manual: events, \"When no event comes\")",
        {{"STREAM", stream}});
}

// Logged immediately, and then hourly.
void PassLog::polls_stretched(std::string_view stream, std::optional<Duration> every) {
    const std::string key = std::string(stream) + " stretched";
    if (!every) {
        reported_at_.erase(key);
        log_.write(LogLevel::info,
                   "polling at the configured interval again: the monthly quota is sufficient",
                   {{"STREAM", stream}});
        return;
    }
    const MonoTime now = clock_.now();
    const auto [reported, first] = reported_at_.try_emplace(key, now);
    if (!first && now - reported->second < std::chrono::hours(1)) return;
    reported->second = now;
    const std::string span = span_text(*every);
    log_.write(LogLevel::warn,
               "polling less often to stay within the monthly quota: " + std::string(stream) +
                   " is polled every " + span + "; raise portal.rate.monthly_quota if the portal allows more",
               {{"STREAM", stream}, {"EVERY_MS", milliseconds(*every)}});
}

void PassLog::report_recovery(const PassReport& report) {
    const bool request_failed = just_reported_.erase(report.stream) > 0;
    const auto recovery = fold_.succeeded(report.stream, clock_.now());
    if (!recovery && !request_failed) return;
    LogFields fields{{"STREAM", report.stream}};
    if (recovery) {
        fields.emplace_back("FAILURES", recovery->failures);
        fields.emplace_back("MS", milliseconds(recovery->lasted));
    }
    log_.write(LogLevel::info, "stream recovered", fields);
}

void PassLog::backing_off(const PassReport& report, Duration pause) {
    const std::string& stream = report.stream;
    const Error& error = *report.error;
    degrade(report);
    health_.doing(stream, reason_of("waiting: ", error).text);
    const auto reported = just_reported_.find(stream);
    const bool has_line = reported != just_reported_.end() && reported->second == error.code;
    if (reported != just_reported_.end()) just_reported_.erase(reported);
    const auto line = fold_.failed(stream, error.code, clock_.now());
    if (!line || has_line) return;
    LogFields fields{{"STREAM", stream}, {"RETRY_MS", milliseconds(pause)}};
    if (line->count > 1) fields.emplace_back("COUNT", line->count);
    log_.write(LogLevel::warn, error, fields);
}

// A stream that was never loaded is unhealthy after any error: its address or entity may be wrong.
void PassLog::degrade(const PassReport& report) {
    if (!is_critical(*report.error) && report.loaded) return;
    const bool of_store = is_store_error(report.error->code);
    const std::string_view what = of_store ? Health::kOfStore : Health::kOfPass;
    health_.restore_stream(report.stream, of_store ? Health::kOfPass : Health::kOfStore);
    health_.degrade_stream(report.stream, what, reason_of("waiting: ", *report.error));
}

void PassLog::recall_loaded(bool any) {
    if (any) {
        health_.restore(Health::kNothingYet);
        return;
    }
    health_.degrade(
        Health::kNothingYet,
        {.text = "no pass has completed yet: the store is incomplete",
         .remedy = "wait for the first load; if a stream is waiting, carecloudctl status shows why"});
}

void PassLog::bounded_pass(const Job& pass) {
    if (pass.status != JobStatus::running || pass.error.empty())
        health_.restore_stream(pass.stream, kOfBounded);
    switch (pass.status) {
        case JobStatus::waiting:
            return;
        case JobStatus::running:
            return report_begin(pass);
        case JobStatus::done:
            if (pass.error.empty()) return report_end(pass, LogLevel::info, " finished");
            return report_end(pass, LogLevel::warn, " finished with unexplained differences");
        case JobStatus::awaiting_confirmation:
            return report_end(pass, LogLevel::error,
                              " stopped for confirmation before marking records as deleted");
        case JobStatus::failed:
            return report_end(pass, LogLevel::error, " failed");
        case JobStatus::canceled:
            return report_end(pass, LogLevel::info, " canceled");
    }
}

// Each attempt reports a beginning, but a pass gets only one line.
void PassLog::report_begin(const Job& pass) {
    if (!pass.error.empty() || !begun_.insert(pass.id).second) return;
    log_.write(LogLevel::info, std::string(to_string(pass.kind)) + " started", begin_fields(pass));
}

void PassLog::report_end(const Job& pass, LogLevel level, std::string_view outcome) {
    begun_.erase(pass.id);
    report_recovery(pass);
    judge(pass);
    if (pass.status == JobStatus::done) {
        histories_.metrics.holes_found(pass.stream, pass.holes);
        report_holes(pass.stream, pass.holes);
    }
    LogFields fields = fields_of(pass);
    if (!pass.error.empty()) fields.emplace_back("REASON", pass.error);
    if (!pass.hint.empty()) fields.emplace_back("HINT", pass.hint);
    if (pass.unexplained > 0) fields.emplace_back("UNEXPLAINED", pass.unexplained);
    log_.write(level, std::string(to_string(pass.kind)) + std::string(outcome), fields);
}

void PassLog::bounded_pass_waits(const Job& pass, const Error& error, Duration pause) {
    if (error.code == ErrorCode::quota_exhausted) {
        Reason reason = reason_of(std::string(to_string(pass.kind)) + " is waiting for quota: ", error);
        reason.state = ServiceState::warning;
        health_.degrade_stream(pass.stream, kOfBounded, std::move(reason));
    }
    const auto line = fold_.failed(fold_name(pass), error.code, clock_.now());
    if (!line) return;
    LogFields fields = fields_of(pass);
    fields.emplace_back("CODE", to_string(error.code));
    fields.emplace_back("REASON", pass.error);
    if (!pass.hint.empty()) fields.emplace_back("HINT", pass.hint);
    fields.emplace_back("RETRY_MS", milliseconds(pause));
    if (line->count > 1) fields.emplace_back("COUNT", line->count);
    log_.write(LogLevel::warn, std::string(to_string(pass.kind)) + " interrupted, will be retried", fields);
}

// A pass that was canceled or failed permanently has not recovered.
void PassLog::report_recovery(const Job& pass) {
    const auto recovery = fold_.succeeded(fold_name(pass), clock_.now());
    if (!recovery || (pass.status != JobStatus::done && pass.status != JobStatus::awaiting_confirmation))
        return;
    log_.write(LogLevel::info, std::string(to_string(pass.kind)) + " recovered",
               {{"STREAM", pass.stream},
                {"PASS", pass.id},
                {"FAILURES", recovery->failures},
                {"MS", milliseconds(recovery->lasted)}});
}

void PassLog::committed(const CommitReport& report) {
    if (!report.outcome) {
        histories_.metrics.store_failed(report.outcome.error().code);
        return;
    }
    const CommitSummary& summary = *report.outcome;
    const MonoTime now = clock_.now();
    histories_.metrics.committed(report.stream, summary, report.took);
    histories_.day.count_changes(summary.changes(), now);
    if (report.own_pass) histories_.passes.note_commit(report.stream, summary.changes(), now);
    const bool is_odd = summary.quarantined + summary.doubted + summary.reversed + summary.unsteady > 0;
    if (is_odd) report_set_aside(std::string(report.stream), summary);
}

void PassLog::report_set_aside(const std::string& stream, const CommitSummary& summary) {
    report_hourly(
        stream, LogLevel::warn,
        "the portal returned an earlier version of a record: the record is fetched again once all replicas "
        "of the portal agree, and every record is compared (manual: reconciliation, \"Doubted records\")",
        summary.doubted);
    report_hourly(
        stream, LogLevel::warn,
        "a record reverted to an earlier version: the portal was restored from a backup, or its replicas "
        "differ for longer than the stream's overlap (manual: reconciliation, \"Doubted records\")",
        summary.reversed);
    report_hourly(stream, LogLevel::warn,
                  "records differ in each response although their modified is unchanged, possibly because of "
                  "a signed URL: "
                  "one version per day is kept. List the fields that you need in streams[].fields, without "
                  "the changing one",
                  summary.unsteady);
    for (const std::string& id : summary.quarantined_ids)
        log_.write(LogLevel::warn, "record quarantined; carecloudctl quarantine shows the reason",
                   {{"STREAM", stream}, {"RECORD_ID", id}});
    if (const std::size_t more = summary.quarantined - summary.quarantined_ids.size(); more > 0)
        log_.write(LogLevel::warn, "more records quarantined; carecloudctl quarantine shows the reasons",
                   {{"STREAM", stream}, {"COUNT", more}});
}

// Logs the first occurrence immediately; those in the next hour appear only in the metrics.
void PassLog::report_hourly(const std::string& stream, LogLevel level, const std::string& text,
                            std::size_t count) {
    if (count == 0) return;
    const MonoTime now = clock_.now();
    const auto [reported, first] = reported_at_.try_emplace(stream + " " + text, now);
    if (!first && now - reported->second < std::chrono::hours(1)) return;
    reported->second = now;
    log_.write(level, text, {{"STREAM", stream}, {"COUNT", count}});
}

void PassLog::report_holes(const std::string& stream, std::size_t count) {
    report_hourly(
        stream, LogLevel::warn,
        "the portal's listings omit records that it has; they are kept. Report this to the portal's "
        "operator: "
        "new records may be missing until they change (manual: reconciliation, \"Doubted records\")",
        count);
}

void PassLog::judge(const Job& pass) {
    if (pass.kind != JobKind::reconcile) return;
    if (pass.status == JobStatus::awaiting_confirmation)
        health_.degrade_stream(pass.stream, "reconcile",
                               {.text = "requires confirmation: " + pass.error, .remedy = pass.hint});
    if (pass.status == JobStatus::done) health_.restore_stream(pass.stream, "reconcile");
}

void PassLog::recall(const std::vector<Job>& kept, const std::vector<std::string>& streams) {
    for (const Job& pass : kept) {
        if (std::find(streams.begin(), streams.end(), pass.stream) != streams.end()) judge(pass);
    }
}

void PassLog::clocks(const ClockReport& report) {
    if (report.verdict == ClockVerdict::agree) {
        log_.write(LogLevel::info, "the clocks of the portal and this machine agree again");
        return;
    }
    log_.write(LogLevel::warn, report.text(),
               {{"CODE", "clock_" + std::string(to_string(report.verdict))}, {"HINT", report.hint()}});
}

void PassLog::failed(const Error& error) {
    const auto line = fold_.failed(error.operation, error.code, clock_.now());
    if (!line) return;
    LogFields fields;
    if (line->count > 1) fields.emplace_back("COUNT", line->count);
    log_.write(LogLevel::warn, error, fields);
}

}  // namespace carecloud
