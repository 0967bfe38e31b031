// The part of the API for people: the status page and its files.
#include "api/api.hpp"
#include "api/ui/status_page.hpp"

#include <string_view>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kPassesShown = 5;

// Allows only resources from this server, and nothing inline: the text of a record or an error cannot become a script.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

ServerResponse page_answer(std::string_view type, std::string body) {
    return {.headers = {{"Content-Type", std::string(type)},
                        {"Content-Security-Policy", std::string(kPagePolicy)},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cache-Control", "no-store"}},
            .body = std::move(body)};
}

void hide_ids(StatusView& view) {
    view.followed = false;
    view.passes.clear();
    for (StreamView& stream : view.streams) {
        if (stream.state && stream.state->cursor) stream.state->cursor->id.clear();
    }
}

}  // namespace

StreamView Api::stream_view(const std::string& entity, const Result<StoreCounts>& counts) const {
    StreamView view{.entity = entity,
                    .snapshot = parts_.host.snapshot(entity),
                    .last = parts_.histories.passes.find(entity),
                    .under_way = parts_.histories.passes.under_way(entity)};
    const auto counted = record_counts_.find(entity);
    if (counted != record_counts_.end()) view.records = counted->second.records;
    if (!counts) return view;
    for (const StreamState& state : counts->streams) {
        if (state.stream == entity) view.state = state;
    }
    return view;
}

Task<ServerResponse> Api::page(const ServerRequest& /*request*/, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto reading = read_overview(kPassesShown);
    Overview store = co_await std::move(reading);
    StatusView view{.version = parts_.host.version(),
                    .started_at = parts_.started_at,
                    .now = parts_.clock.wall(),
                    .reasons = parts_.host.reasons(),
                    .counts = std::move(store.counts),
                    .monthly_quota = parts_.host.monthly_quota(),
                    .streams = {},
                    .passes = {},
                    .subscriptions = parts_.host.subscriptions(),
                    .day = parts_.histories.day.last(parts_.clock.now())};
    for (const std::string& entity : parts_.host.entities())
        view.streams.push_back(stream_view(entity, view.counts));
    if (store.passes) view.passes = std::move(*store.passes);
    auto listing = parts_.host.daemons();
    Result<std::vector<DaemonRow>> daemons = co_await std::move(listing);
    if (daemons) view.daemons = std::move(*daemons);
    if (numbers_only_) hide_ids(view);
    co_return page_answer("text/html; charset=utf-8", status_page(view));
}

Task<ServerResponse> Api::page_file(const ServerRequest& request, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (request.path() == "/page.css")
        co_return page_answer("text/css; charset=utf-8", std::string(kPageCss));
    if (request.path() == "/page.js")
        co_return page_answer("text/javascript; charset=utf-8", std::string(kPageJs));
    co_return page_answer("image/svg+xml", std::string(kPageIcon));
}

}  // namespace carecloud
