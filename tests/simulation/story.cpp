#include "simulation/story.hpp"

#include <sstream>

namespace carecloud {

std::string seconds(Duration span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count()) + " s";
}

std::string story_of(const PassReport& report) {
    if (report.error) return report.stream + ": pass failed: " + report.error->message();
    const std::size_t found =
        report.summary.changes() + report.summary.quarantined + report.events.settled + report.events.open;
    if (found == 0) return {};
    std::ostringstream text;
    text << report.stream << ": " << report.summary.changes() << " changes in " << report.pages
         << " pages and " << report.requests << " requests, " << report.events.settled << " events settled, "
         << report.events.open << " open";
    if (report.events.error) text << " (" << report.events.error->message() << ")";
    text << ", cursor " << (report.state.cursor ? report.state.cursor->modified_text : "none");
    return text.str();
}

std::string story_of(const Job& pass) {
    std::ostringstream text;
    text << pass.stream << ": " << to_string(pass.kind) << ' ' << pass.id;
    if (pass.kind == JobKind::backfill) text << " of " << pass.first_day << ".." << pass.last_day;
    text << (pass.deep ? ", deep" : "") << (pass.whole ? ", whole" : "") << ": " << to_string(pass.status);
    if (!pass.error.empty()) text << " (" << pass.error << ")";
    text << ", " << pass.records << " compared, " << pass.missing << " missing, " << pass.changed
         << " changed, " << pass.gone << " gone, " << pass.deleted << " deleted, " << pass.requests
         << " requests";
    return text.str();
}

std::string story_of(const StreamVariant& variant) {
    std::ostringstream text;
    text << "settings: filter " << variant.filter << ", " << variant.fields.size() << " fields, pages of "
         << variant.page_size << ", overlap " << seconds(variant.overlap) << ", polls every "
         << seconds(variant.poll_every) << ", " << variant.per_second << " requests per second, at most "
         << variant.burst << " at once";
    return text.str();
}

}  // namespace carecloud
