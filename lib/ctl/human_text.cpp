#include "ctl/human_text.hpp"

#include "runtime/text.hpp"

namespace carecloud {

std::string instant_text(std::string_view iso) {
    const auto at = Timestamp::parse(iso);
    if (!at) return printable(iso);
    std::string text = at->to_string_ms().substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string ago_text(std::string_view iso, Timestamp now) {
    const auto at = Timestamp::parse(iso);
    if (!at) return {};
    return span_text(std::chrono::milliseconds((now.ticks - at->ticks) / Timestamp::ticks_per_millisecond)) +
           " ago";
}

}  // namespace carecloud
