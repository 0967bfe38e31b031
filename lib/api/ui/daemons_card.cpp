#include "api/ui/status_page.hpp"
#include "base/quantity_text.hpp"

namespace carecloud {
namespace {

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

std::string daemons_card(const std::vector<DaemonRow>& daemons, Timestamp now) {
    if (daemons.empty()) return {};
    std::string rows;
    for (const DaemonRow& row : daemons)
        rows += daemon_row(row, now);
    return "<section class=\"card\"><div class=\"head\"><h2>Daemons</h2></div><ul class=\"rows\">" + rows +
           "</ul></section>";
}

}  // namespace carecloud
