#include "store/record_list.hpp"

#include <charconv>
#include <system_error>

namespace carecloud {
namespace {

Error invalid_position() {
    return {.code = ErrorCode::invalid_argument,
            .operation = "read records",
            .subject = "after is not a position in a list with this filter",
            .hint = "use the next of a page with the same filter, or omit it"};
}

bool is_since(std::string_view modified, const std::optional<Timestamp>& since) {
    if (!since) return true;
    const auto at = Timestamp::parse(modified);
    return at && *at >= *since;
}

bool overlap(const std::optional<DaySpan>& days, const DaySpan& requested) {
    return days && days->first <= requested.last && days->last >= requested.first;
}

}  // namespace

std::optional<ListPosition> ListPosition::parse(std::string_view text) {
    ListPosition position;
    const char* const end = text.data() + text.size();
    const auto [dot, bad_number] = std::from_chars(text.data(), end, position.number);
    if (bad_number != std::errc{} || dot == end || *dot != '.') return std::nullopt;
    const auto [rest, bad_seq] = std::from_chars(dot + 1, end, position.seq);
    if (bad_seq != std::errc{} || rest != end) return std::nullopt;
    return position;
}

Result<ListPosition> first_position(const RecordFilter& filter) {
    if (!filter.after.empty()) {
        const auto after = ListPosition::parse(filter.after);
        if (!after) return invalid_position();
        return *after;
    }
    ListPosition position;
    if (filter.days) position.number = filter.days->first;
    if (filter.modified_since) position.number = filter.modified_since->seconds();
    return position;
}

bool matches(const RecordFilter& filter, std::string_view modified, const std::optional<DaySpan>& days) {
    return is_since(modified, filter.modified_since) && (!filter.days || overlap(days, *filter.days));
}

}  // namespace carecloud
