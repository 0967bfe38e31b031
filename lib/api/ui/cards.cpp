// The cards of the status page: one for each stream, and one for the daemons on the store.
#include "api/ui/status_page.hpp"
#include "base/quantity_text.hpp"
#include "telemetry/pass_text.hpp"

#include <string_view>

namespace carecloud {
namespace {

std::string fact(std::string_view name, const std::string& markup) {
    return "<div><dt>" + std::string(name) + "</dt><dd>" + markup + "</dd></div>";
}

bool has_failed(const StreamView& stream) {
    return stream.last && stream.last->report.error && stream.last->report.error->code != ErrorCode::canceled;
}

std::string_view kind_of_failure(ServiceState state) {
    return state == ServiceState::critical ? "bad" : "warn";
}

// No pass has completed yet in this process: the records stored so far may belong to a first load.
bool is_loading(const StreamView& stream) {
    return !stream.last && stream.under_way != nullptr;
}

std::string pill_of(const StreamView& stream, ServiceState state) {
    const auto pill = [](std::string_view kind, std::string_view words) {
        return "<span class=\"pill " + std::string(kind) + "\">" + std::string(words) + "</span>";
    };
    if (!stream.snapshot) return pill("busy", "starting or stopping");
    if (has_failed(stream))
        return pill(kind_of_failure(state), stream.snapshot->in_pass ? "retrying" : "waiting");
    if (is_loading(stream)) return pill("busy", "loading");
    if (stream.snapshot->in_pass) return pill("busy", "syncing");
    return stream.last ? pill("good", "up to date") : pill("busy", "starting");
}

std::string cursor_of(const StreamView& stream) {
    if (!stream.state || !stream.state->cursor) return "none yet";
    const Cursor& cursor = *stream.state->cursor;
    const std::string id = cursor.id.empty() ? "" : " <code>" + html(cursor.id) + "</code>";
    return "<code>" + html(cursor.modified_text) + "</code>" + id;
}

std::string lag_of(const StreamView& stream, Timestamp now) {
    if (!stream.state || !stream.state->cursor) return "none yet";
    return "changed " + ago_of(stream.state->cursor->modified, now);
}

std::string what_came(const CommitSummary& summary) {
    std::string words;
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count > 0) words += (words.empty() ? "" : ", ") + grouped(count) + " " + std::string(what);
    };
    add(summary.created, "new");
    add(summary.updated, "updated");
    add(summary.disabled, "disabled");
    add(summary.deleted, "deleted");
    add(summary.restored, "restored");
    add(summary.quarantined, "quarantined");
    return words.empty() ? "nothing new" : words;
}

std::string last_pass_of(const StreamView& stream, Timestamp now) {
    if (!stream.last) return "none completed yet";
    const PassReport& report = stream.last->report;
    return ago_of(stream.last->ended_at, now) + ", took " + span_text(report.took) + "<br>" +
           (report.error ? "failed" : what_came(report.summary));
}

std::string next_pass_of(const StreamView& stream) {
    if (!stream.snapshot) return "not scheduled";
    if (stream.snapshot->in_pass) return "in progress";
    std::string words = "in " + span_text(stream.snapshot->until_next);
    if (stream.snapshot->stretched)
        words +=
            "<br>polling less often because of the quota: every " + span_text(stream.snapshot->poll_every);
    return words;
}

// Progress, and from the second commit on the rate.
std::string progress_of(const PassUnderWay& pass) {
    std::string words = counted(pass.records, "record", "records") + " so far";
    const double seconds = std::chrono::duration<double>(pass.last_at - pass.first_at).count();
    if (seconds >= 1)
        words += ", " + grouped(static_cast<std::uint64_t>(static_cast<double>(pass.after_first) / seconds)) +
                 " per second";
    return words;
}

std::string daemon_row(const DaemonRow& row, Timestamp now) {
    const bool active = row.daemon.role == DaemonRole::active;
    const bool lost = row.is_lost();
    const std::string_view kind = lost ? "bad" : active ? "good" : "busy";
    const auto since = Timestamp::parse(row.since);
    std::string text = "<li><span class=\"pill " + std::string(kind) + "\">" +
                       std::string(to_string(row.daemon.role)) + "</span> " + html(row.daemon.host) +
                       " <span class=\"faint\">version " + html(row.daemon.version) + ", process " +
                       std::to_string(row.daemon.pid);
    if (since)
        text += ", " + std::string(to_string(row.daemon.role)) + " since " + row.since.substr(0, 19) + "Z (" +
                ago_of(*since, now) + ")";
    if (lost) text += ", last seen " + span_text(row.unseen) + " ago";
    return text + "</span></li>";
}

}  // namespace

std::string ago_of(Timestamp at, Timestamp now) {
    const Duration span = now - at;
    return span < std::chrono::seconds(1) ? "just now" : span_text(span) + " ago";
}

std::string stream_card(const StreamView& stream, ServiceState state, Timestamp now) {
    std::string out = "<article class=\"card stream\"><div class=\"head\"><h2>" + html(stream.entity) +
                      "</h2>" + pill_of(stream, state) + "</div><dl class=\"facts\">";
    // During the first load of an empty store nothing can be counted: earlier counts are useless.
    out += fact("Records", stream.records && !is_loading(stream) ? grouped(*stream.records)
                                                                 : "available after the first load");
    out += fact("Newest record", lag_of(stream, now));
    out += fact("Last pass", last_pass_of(stream, now));
    out += fact("Next pass", next_pass_of(stream));
    out += "<div class=\"whole\"><dt>Cursor</dt><dd>" + cursor_of(stream) + "</dd></div></dl>";
    const bool in_pass = stream.snapshot && stream.snapshot->in_pass;
    if (in_pass && stream.snapshot->load)
        out += "<p class=\"note busy\">loading: " + load_text(*stream.snapshot->load) + "</p>";
    else if (in_pass && stream.under_way && stream.under_way->records > 0)
        out += "<p class=\"note busy\">" + progress_of(*stream.under_way) + "</p>";
    if (has_failed(stream))
        out += "<p class=\"note " + std::string(kind_of_failure(state)) + "\">" +
               html(stream.last->report.error->message()) + "</p>";
    return out + "</article>";
}

std::string daemons_card(const std::vector<DaemonRow>& daemons, Timestamp now) {
    if (daemons.empty()) return {};
    std::string rows;
    for (const DaemonRow& row : daemons)
        rows += daemon_row(row, now);
    return "<section class=\"card\"><div class=\"head\"><h2>Daemons</h2></div><ul class=\"rows\">" + rows +
           "</ul></section>";
}

}  // namespace carecloud
