#include "api/ui/status_page.hpp"

#include "base/quantity_text.hpp"
#include "json/json_text.hpp"
#include "telemetry/histories.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace carecloud {
namespace {

// In units of the plot: a quarter of an hour is ten wide, including a gap of two.
constexpr std::size_t kStep = 10;
constexpr std::size_t kBar = 8;
constexpr std::uint64_t kChangesHeight = 100;
constexpr std::uint64_t kStripTop = 106;
constexpr std::uint64_t kStripHeight = 10;
constexpr std::uint64_t kEventsTop = 122;
constexpr std::uint64_t kEventsHeight = 38;

// Square roots keep an ordinary day visible after a first load. Never zero if there is a value.
std::uint64_t height_of(std::uint64_t count, std::uint64_t most, std::uint64_t height) {
    if (count == 0) return 0;
    const double share = std::sqrt(static_cast<double>(count) / static_cast<double>(most));
    return std::max<std::uint64_t>(2, static_cast<std::uint64_t>(share * static_cast<double>(height)));
}

void add_bar(std::string& svg, std::string_view kind, std::size_t quarter, std::uint64_t top,
             std::uint64_t height) {
    svg += "<rect class=\"";
    svg += kind;
    svg += "\" x=\"" + std::to_string(quarter * kStep) + "\" y=\"" + std::to_string(top) + "\" width=\"" +
           std::to_string(kBar) + "\" height=\"" + std::to_string(height) + "\"/>";
}

std::string_view kind_of_passes(const DayHistory::Quarter& quarter) {
    if (quarter.failed > 0) return "failed";
    return quarter.passes > 0 ? "ok" : "none";
}

std::string words_of(const DayHistory::Quarter& sum) {
    return counted(sum.changes, "change", "changes") + ", " + counted(sum.events, "event", "events") + ", " +
           counted(sum.passes, "pass", "passes") + ", " + (sum.failed == 0 ? "none" : grouped(sum.failed)) +
           " of them failed";
}

// The last day as a small plot: changes above, events below, and a strip of passes between them. Inline SVG without its
// own style or script, its legend, and a text description.
std::string day_plot(const DayHistory::Quarters& quarters) {
    DayHistory::Quarter sum;
    DayHistory::Quarter most{.changes = 1, .events = 1};
    for (const DayHistory::Quarter& quarter : quarters) {
        sum.changes += quarter.changes;
        sum.events += quarter.events;
        sum.passes += quarter.passes;
        sum.failed += quarter.failed;
        most.changes = std::max(most.changes, quarter.changes);
        most.events = std::max(most.events, quarter.events);
    }
    const std::string words = words_of(sum);
    std::string out = "<svg class=\"plot\" role=\"img\" aria-label=\"" + words +
                      "\" viewBox=\"0 0 958 160\" preserveAspectRatio=\"none\">";
    for (std::size_t i = 0; i < quarters.size(); ++i) {
        const auto changes = height_of(quarters[i].changes, most.changes, kChangesHeight);
        if (changes > 0) add_bar(out, "changes", i, kChangesHeight - changes, changes);
        add_bar(out, kind_of_passes(quarters[i]), i, kStripTop, kStripHeight);
        const auto events = height_of(quarters[i].events, most.events, kEventsHeight);
        if (events > 0) add_bar(out, "events", i, kEventsTop, events);
    }
    out += "</svg><p class=\"axis faint\"><span>24 h ago</span><span>12 h ago</span><span>now</span></p>";
    out += "<ul class=\"key faint\"><li class=\"changes\">" + counted(sum.changes, "change", "changes") +
           "</li><li class=\"ok\">" + counted(sum.passes, "pass", "passes") + "</li><li class=\"failed\">" +
           (sum.failed == 0 ? "none" : grouped(sum.failed)) + " of them failed</li><li class=\"events\">" +
           counted(sum.events, "event", "events") + "</li></ul>";
    return out;
}

std::string tile(std::string_view name, const std::string& value, const std::string& small = {}) {
    return "<div class=\"card\"><dt>" + std::string(name) + "</dt><dd>" + value +
           (small.empty() ? "" : "<small>" + small + "</small>") + "</dd></div>";
}

std::string quota_tile(const StoreCounts& counts, const std::optional<std::uint64_t>& quota) {
    const std::uint64_t sent = counts.requests.sent;
    const std::string used = counted(sent, "request", "requests") + " sent this month, " +
                             grouped(counts.requests.reserved) + " reserved";
    if (!quota) return tile("Quota left", "no limit", used);
    const std::uint64_t left = *quota > sent ? *quota - sent : 0;
    return tile("Quota left", grouped(left), used + ", of " + grouped(*quota));
}

// The last segment of "arn:aws:sns:us-west-2:123456789012:carecloud".
std::string_view topic_name(std::string_view arn) {
    return arn.substr(arn.rfind(':') + 1);
}

std::string subscription_tiles(const std::vector<Subscription>& subscriptions) {
    if (subscriptions.empty()) return tile("Events", "off", "polling only");
    std::string tiles;
    for (const Subscription& one : subscriptions) {
        const bool heard = !one.changed_at.empty();
        tiles += tile("Subscription", heard ? std::string(to_string(one.state)) : "none yet",
                      html(topic_name(one.topic_arn)));
    }
    return tiles;
}

std::string tiles_of(const StatusView& view) {
    if (!view.counts)
        return "<p class=\"card note bad\">Cannot read the store: " + html(view.counts.error().message()) +
               "</p>";
    const StoreCounts& counts = *view.counts;
    return "<dl class=\"tiles\">" + tile("Total changes", grouped(counts.newest_seq)) +
           tile("Open events", grouped(counts.open_events)) +
           tile("In quarantine", grouped(counts.quarantined)) + quota_tile(counts, view.monthly_quota) +
           subscription_tiles(view.subscriptions) + "</dl>";
}

std::string state_pill(ServiceState state) {
    const std::string_view kind = state == ServiceState::ok        ? "good"
                                  : state == ServiceState::warning ? "warn"
                                                                   : "bad";
    return "<span class=\"pill " + std::string(kind) + "\">" + std::string(to_string(state)) + "</span>";
}

ServiceState state_of(const std::vector<Reason>& reasons, std::string_view stream) {
    std::vector<Reason> of_stream;
    std::copy_if(reasons.begin(), reasons.end(), std::back_inserter(of_stream),
                 [&](const Reason& reason) { return reason.stream == stream; });
    return worst(of_stream);
}

std::string reasons_of(const StatusView& view) {
    if (view.reasons.empty()) return {};
    std::string list = "<section class=\"card\"><ul class=\"rows\">";
    for (const Reason& reason : view.reasons) {
        list += "<li>" + state_pill(reason.state) + " " + html(sentence(reason)) +
                " <span class=\"faint\">detected " + ago_of(reason.since, view.now) +
                "</span><br><span class=\"faint\">" + html(reason.remedy) + "</span></li>";
    }
    return list + "</ul></section>";
}

std::string_view pill_of_pass(JobStatus status) {
    switch (status) {
        case JobStatus::done:
            return "good";
        case JobStatus::failed:
        case JobStatus::awaiting_confirmation:
            return "bad";
        default:
            return "busy";
    }
}

std::string pass_row(const Job& pass, Timestamp now) {
    const auto at = Timestamp::parse(pass.updated_at);
    std::string row = "<li><span class=\"pill " + std::string(pill_of_pass(pass.status)) + "\">" +
                      std::string(to_string(pass.status)) + "</span> " + std::string(to_string(pass.kind)) +
                      " of " + html(pass.stream) + " <span class=\"faint\">" + (at ? ago_of(*at, now) : "") +
                      "</span><br>" + counted(pass.records, "record", "records") + " read";
    if (pass.expected) row += " of " + grouped(*pass.expected);
    row += ", " + grouped(pass.missing) + " missing here, " + grouped(pass.changed) + " changed, " +
           grouped(pass.gone) + " deleted at the portal, " + grouped(pass.deleted) + " marked as deleted";
    if (!pass.reason.empty()) row += "<br>reason: " + html(pass.reason);
    if (!pass.error.empty()) row += "<br>" + html(pass.error);
    if (!pass.hint.empty()) row += "<br><span class=\"faint\">" + html(pass.hint) + "</span>";
    return row + "</li>";
}

std::string passes_of(const StatusView& view) {
    if (view.passes.empty()) return {};
    std::string rows;
    for (const Job& pass : view.passes)
        rows += pass_row(pass, view.now);
    return "<section class=\"card\"><div class=\"head\"><h2>Reconciliations and backfills</h2></div><ul "
           "class=\"rows\">" +
           rows + "</ul></section>";
}

std::string main_of(const StatusView& view) {
    std::string out =
        "<main id=\"main\" data-seq=\"" +
        (view.followed ? std::to_string(view.counts ? view.counts->newest_seq : 0) : std::string()) + "\">";
    out +=
        "<header><h1>carecloud-syncd</h1>" + state_pill(worst(view.reasons)) + "</header>" + reasons_of(view);
    for (const StreamView& stream : view.streams)
        out += stream_card(stream, state_of(view.reasons, stream.entity), view.now);
    out += tiles_of(view);
    out += "<section class=\"card\"><div class=\"head\"><h2>Last 24 hours</h2>";
    out += "<span class=\"faint\">started " + ago_of(view.started_at, view.now) + "</span></div>";
    out += day_plot(view.day) + "</section>" + daemons_card(view.daemons, view.now) + passes_of(view);
    out += "<footer>carecloud-syncd " + html(view.version) + ", as of " +
           view.now.to_string_ms().substr(0, 19) + "Z</footer></main>";
    return out;
}

// Fills each placeholder once, by position: inserted text is not searched again.
std::string filled(std::string_view page, std::string_view title, std::string_view main) {
    constexpr std::string_view title_mark = "@TITLE@";
    constexpr std::string_view main_mark = "@MAIN@";
    const std::size_t first = page.find(title_mark);
    const std::size_t second = page.find(main_mark);
    std::string out(page.substr(0, first));
    out += title;
    out += page.substr(first + title_mark.size(), second - first - title_mark.size());
    out += main;
    out += page.substr(second + main_mark.size());
    return out;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Converts the text as JSON output does: invalid UTF-8 is replaced.
std::string as_utf8(std::string_view text) {
    const std::string quoted = json_text(std::string(text));
    return nlohmann::ordered_json::parse(quoted).get<std::string>();
}

}  // namespace

std::string status_page(const StatusView& view) {
    const std::string_view title = view.reasons.empty() ? "carecloud-syncd" : "! carecloud-syncd";
    return filled(kPageHtml, title, main_of(view));
}

std::string html(std::string_view text) {
    std::string out;
    for (const char c : as_utf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (byte < 0x20 || byte == 0x7f)
                    out += kReplacement;
                else
                    out += c;
        }
    }
    return out;
}

}  // namespace carecloud
