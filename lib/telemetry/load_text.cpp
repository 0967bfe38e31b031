#include "telemetry/load_text.hpp"

#include "base/quantity_text.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace carecloud
