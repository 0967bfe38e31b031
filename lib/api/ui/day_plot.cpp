#include "api/ui/day_plot.hpp"

#include "base/quantity_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace carecloud {
namespace {

// In the units of the picture: a quarter of an hour is ten wide, two of them its distance to the next.
constexpr std::size_t kStep = 10;
constexpr std::size_t kBar = 8;
constexpr std::uint64_t kChangesHeight = 100;
constexpr std::uint64_t kStripTop = 106;
constexpr std::uint64_t kStripHeight = 10;
constexpr std::uint64_t kEventsTop = 122;
constexpr std::uint64_t kEventsHeight = 38;

// Square roots, so that a first load leaves something to be seen of an ordinary day; never nothing where there is one.
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

}  // namespace

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

}  // namespace carecloud
