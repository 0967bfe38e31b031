// What of the API follows the change log: a page, and a page that waits for something to come.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "api/rows_json.hpp"

#include <limits>
#include <string>
#include <utility>

namespace carecloud {
namespace {

constexpr ApiQuery::Range kSeqs{0, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())};
constexpr ApiQuery::Range kLimits{1, 5000};
constexpr std::uint64_t kUsualChanges = 1000;
constexpr std::chrono::seconds kWaitMax{60};
constexpr std::size_t kWaitingMax = 1000;

// Where a consumer stands.
struct Position {
    std::string generation{};  // empty: it did not say
    std::uint64_t since = 0;
};

// Why a consumer cannot go on from where it stands (hazard 15).
std::optional<ServerResponse> refuse_position(const ChangePage& page, const Position& from) {
    const bool another = !from.generation.empty() && from.generation != page.generation;
    if (!another && from.since <= page.newest_seq) return std::nullopt;
    return problem({.status = 410,
                    .code = "generation_changed",
                    .detail = another ? "the store is of another generation: its numbering began anew"
                                      : "since lies beyond the newest change, " +
                                            std::to_string(page.newest_seq) +
                                            ": the store was replaced, or restored from a backup",
                    .hint = "read again from since=0, and remember generation " + page.generation});
}

ServerResponse too_many_wait() {
    return problem({.status = 503,
                    .code = "too_many_waiting",
                    .detail = std::to_string(kWaitingMax) + " consumers wait already",
                    .hint = "ask without wait, or try again later",
                    .retry_after = std::chrono::seconds(5)});
}

}  // namespace

Task<ServerResponse> Api::changes(const ServerRequest& /*request*/, ApiQuery& query) {
    Position from{.generation = query.text("generation").value_or(""),
                  .since = query.number("since", 0, kSeqs)};
    const std::uint64_t limit = query.number("limit", kUsualChanges, kLimits);
    const Duration wait = query.span("wait", kWaitMax);
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    const bool waits = wait > Duration{};
    if (waits && parts_.feed.waiting() >= kWaitingMax) co_return too_many_wait();
    const MonoTime deadline = parts_.clock.now() + wait;
    while (true) {
        auto reading = parts_.reader.changes(from.since, limit);
        const Result<ChangePage> page = co_await std::move(reading);
        if (!page) co_return problem_of(page.error());
        if (auto refused = refuse_position(*page, from)) co_return std::move(*refused);
        bool more = false;
        if (page->changes.empty() && waits) {
            // Not beyond `since`: a log may be pruned above it, and then nothing new is to be read there.
            auto waiting = parts_.feed.wait_beyond(page->newest_seq, deadline);
            more = co_await std::move(waiting);
        }
        if (!more) co_return json_answer(changes_json(*page, from.since));
    }
}

}  // namespace carecloud
