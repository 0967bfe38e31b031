#include "telemetry/pass_text.hpp"

#include "base/quantity_text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

namespace carecloud {

std::optional<double> share_of(const LoadSnapshot& load) {
    if (!load.expected || *load.expected == 0) return std::nullopt;
    return std::min(1.0, static_cast<double>(load.records) / static_cast<double>(*load.expected));
}

std::string load_text(const LoadSnapshot& load) {
    std::string text = grouped(load.records);
    const auto share = share_of(load);
    if (share) {
        text += " of " + grouped(std::max(*load.expected, load.records)) + " records (";
        text += std::to_string(static_cast<int>(std::floor(*share * 100))) + " %)";
    } else {
        text += load.records == 1 ? " record" : " records";
    }
    if (load.per_second > 0)
        text += ", " + grouped(static_cast<std::uint64_t>(std::lround(load.per_second))) + "/s";
    if (load.left) text += ", " + span_text(*load.left) + " left";
    return text;
}

std::int64_t milliseconds(Duration span) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

std::string cursor_text(const StreamState& state) {
    return state.cursor ? state.cursor->modified_text + " " + state.cursor->id : "none";
}

LogFields fields_of(const PassReport& report, std::uint64_t pass) {
    const CommitSummary& summary = report.summary;
    LogFields fields{{"STREAM", report.stream}, {"PASS", pass}};
    const auto count = [&](std::string_view name, std::size_t number) {
        if (number > 0) fields.emplace_back(name, number);
    };
    count("CREATED", summary.created);
    count("UPDATED", summary.updated);
    count("DISABLED", summary.disabled);
    count("DELETED", summary.deleted);
    count("RESTORED", summary.restored);
    count("QUARANTINED", summary.quarantined);
    count("UNCHANGED", summary.unchanged);
    count("DOUBTED", summary.doubted);
    count("REVERSED", summary.reversed);
    count("UNSTEADY", summary.unsteady);
    count("HOLES", report.events.holes);
    count("EVENTS_SETTLED", report.events.settled);
    count("EVENTS_GONE", report.events.gone);
    count("EVENTS_NOT_IN_STREAM", report.events.not_in_stream);
    count("EVENTS_OPEN", report.events.open);
    fields.emplace_back("PAGES", report.pages);
    fields.emplace_back("REQUESTS", report.requests);
    fields.emplace_back("MS", milliseconds(report.took));
    fields.emplace_back("CURSOR", cursor_text(report.state));
    return fields;
}

LogFields begin_fields(const Job& pass) {
    LogFields fields{{"STREAM", pass.stream}, {"PASS", pass.id}};
    if (!pass.reason.empty()) fields.emplace_back("DUE", pass.reason);
    return fields;
}

LogFields fields_of(const Job& pass) {
    LogFields fields{{"STREAM", pass.stream}, {"PASS", pass.id}};
    fields.emplace_back("RECORDS", pass.records);
    fields.emplace_back("MISSING", pass.missing);
    fields.emplace_back("CHANGED", pass.changed);
    fields.emplace_back("GONE", pass.gone);
    fields.emplace_back("DELETED", pass.deleted);
    if (pass.holes > 0) fields.emplace_back("HOLES", pass.holes);
    if (pass.awaiting > 0) fields.emplace_back("AWAITING", pass.awaiting);
    fields.emplace_back("REQUESTS", pass.requests);
    return fields;
}

}  // namespace carecloud
