// The part of the API that serves the change log: a page, a page that waits for changes, a stream.
#include "api/api.hpp"
#include "api/change_feed.hpp"
#include "api/problem.hpp"
#include "api/rows_json.hpp"
#include "base/ascii.hpp"

#include <limits>
#include <memory>
#include <utility>

namespace carecloud {
namespace {

constexpr ApiQuery::Range kSeqs{0, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())};
constexpr ApiQuery::Range kLimits{1, 5000};
constexpr std::uint64_t kUsualChanges = 1000;
constexpr std::chrono::seconds kWaitMax{60};  // per request
constexpr std::size_t kFollowersMax = 1000;   // waiting requests and streams

// Why a consumer cannot continue from its position (hazard 15). `knows_pruned_to`: it knows that up to there the log
// has only the newest change of each record, as one that restarted from 0 does.
std::optional<ServerResponse> refuse_position(const ChangePage& page, const ChangeStream::Position& from,
                                              std::uint64_t knows_pruned_to) {
    const bool is_restart = from.since == 0 || from.since < knows_pruned_to;
    if (!is_restart && from.since < page.pruned_to && from.since <= page.newest_seq &&
        (from.generation.empty() || from.generation == page.generation)) {
        return problem({.status = 410,
                        .code = "changes_pruned",
                        .detail = "the changes after " + std::to_string(from.since) + " up to " +
                                  std::to_string(page.pruned_to) + " are not kept (store.keep.changes)",
                        .hint = "restart from since=0, and pass the pruned_to of each response with the next "
                                "request: the log has the newest change of each record, and all later ones"});
    }
    const bool another = !from.generation.empty() && from.generation != page.generation;
    if (!another && from.since <= page.newest_seq) return std::nullopt;
    return problem({.status = 410,
                    .code = "generation_changed",
                    .detail = another
                                  ? "the generation of the store changed: change numbers restarted"
                                  : "since is beyond the newest change, " + std::to_string(page.newest_seq) +
                                        ": the store was replaced, or restored from a backup",
                    .hint = "restart from since=0 with generation " + page.generation});
}

bool wants_stream(const ServerRequest& request) {
    return ascii_lower(request.header("Accept")).find("text/event-stream") != std::string::npos;
}

ServerResponse too_many_follow() {
    return problem({.status = 503,
                    .code = "too_many_waiting",
                    .detail = std::to_string(kFollowersMax) + " clients are already following",
                    .hint = "omit wait, or try again later",
                    .retry_after = std::chrono::seconds(5)});
}

}  // namespace

Task<ServerResponse> Api::changes(const ServerRequest& request, ApiQuery& query) {
    ChangeStream::Position from{.generation = query.text("generation").value_or(""),
                                .since = query.number("since", 0, kSeqs)};
    const std::uint64_t knows_pruned_to = query.number("pruned_to", 0, kSeqs);
    const std::uint64_t limit = query.number("limit", kUsualChanges, kLimits);
    const Duration wait = query.span("wait", kWaitMax);
    const bool streamed = wants_stream(request);
    // A browser that reconnects sends this header, and the original URL with its outdated `since`.
    const std::string_view last_id = request.header("Last-Event-ID");
    if (streamed && !last_id.empty()) {
        const auto last = ChangeStream::parse(last_id);
        if (last) from = *last;
        if (!last)
            query.complain("Last-Event-ID", "is not a valid event id",
                           "send the last id received, or omit it");
    }
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    const bool waits = streamed || wait > Duration{};
    if (waits && parts_.feed.followers() >= kFollowersMax) co_return too_many_follow();
    std::optional<ChangeFeed::Follower> follower;
    if (waits) follower.emplace(parts_.feed);
    const MonoTime deadline = parts_.clock.now() + wait_for_proxies(wait);
    while (true) {
        auto reading = reads_->changes(from.since, streamed ? 1 : limit);
        const ChangeReads::Page read = co_await std::move(reading);
        const Result<ChangePage>& page = *read;
        // After a 503 a browser's EventSource never reconnects; after a stream that ends it does.
        if (!page && streamed && is_passing(page.error())) co_return stream_from(std::move(from));
        if (!page) co_return problem_of(page.error());
        if (auto refused = refuse_position(*page, from, knows_pruned_to)) co_return std::move(*refused);
        if (streamed) {
            from.generation = page->generation;
            co_return stream_from(std::move(from));
        }
        bool more = false;
        if (page->changes.empty() && waits) {
            // Wait beyond newest_seq, not `since`: the log may be pruned between them, and then there is nothing new to
            // read.
            auto waiting = parts_.feed.wait_beyond(page->newest_seq, deadline);
            more = co_await std::move(waiting);
        }
        if (!more) co_return json_answer(changes_json(*page, from.since));
    }
}

ServerResponse Api::stream_from(ChangeStream::Position from) {
    // X-Accel-Buffering: otherwise nginx would buffer the stream.
    ServerResponse answer{.headers = {{"Content-Type", "text/event-stream"},
                                      {"Cache-Control", "no-store"},
                                      {"X-Accel-Buffering", "no"}}};
    auto stream = std::make_shared<ChangeStream>(parts_.clock, reads_, parts_.feed, std::move(from));
    answer.more = [stream] { return stream->next(); };
    return answer;
}

}  // namespace carecloud
