// What of ReadDatabase reads events.
#include "store/sqlite/database_guard.hpp"
#include "store/sqlite/read_database.hpp"

#include <limits>
#include <utility>

namespace carecloud {
namespace {

std::optional<std::string> text_or_none(const Statement& statement, int column) {
    if (statement.is_null(column)) return std::nullopt;
    return std::string(statement.text(column));
}

EventRow row_of(const Statement& statement) {
    const auto text = [&](int column) { return std::string(statement.text(column)); };
    return {.message_id = text(1),
            .topic_arn = text(2),
            .event_type = text(3),
            .stream = text_or_none(statement, 4),
            .record_id = text(5),
            .event_time = text(6),
            .received_at = text(7),
            .state = text(8),
            .settled_at = text_or_none(statement, 9)};
}

}  // namespace

Result<EventPage> ReadDatabase::events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                       std::size_t limit) {
    return guarded("read events", path_, [&]() -> Result<EventPage> {
        constexpr auto newest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        EventPage page;
        Statement& statement = state == EventState::open ? open_events_ : events_;
        statement.bind(1, static_cast<std::int64_t>(before.value_or(newest)));
        const Statement::Scope scope(statement);
        std::size_t left = bounds_.scanned_max;
        std::uint64_t last = 0;
        while (statement.step()) {
            if (left == 0 || page.events.size() == limit) {
                page.next = last;
                break;
            }
            --left;
            last = static_cast<std::uint64_t>(statement.integer(0));
            EventRow row = row_of(statement);
            if (!state || row.state == to_string(*state)) page.events.push_back(std::move(row));
        }
        return page;
    });
}

}  // namespace carecloud
