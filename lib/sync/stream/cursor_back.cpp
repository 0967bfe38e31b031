#include "sync/stream/cursor_back.hpp"

#include "sync/jobs/whole_due.hpp"
#include "sync/walk/progress.hpp"

#include <utility>

namespace carecloud {
namespace {

// The newest record that the store holds up to this time, by its text.
Task<Result<std::optional<Cursor>>> newest_held(Store& store, std::string stream, Timestamp until) {
    auto all = co_await store.count_live(stream, "");
    if (!all) co_return all.error();
    auto beyond = co_await store.count_live(stream, until.to_string());
    if (!beyond) co_return beyond.error();
    if (*beyond >= *all) co_return std::optional<Cursor>();
    LiveRange last{.stream = std::move(stream), .skip = *all - *beyond - 1, .limit = 1};
    auto keys = co_await store.live(std::move(last));
    if (!keys) co_return keys.error();
    if (keys->empty()) co_return std::optional<Cursor>();
    const Key& key = keys->front();
    co_return std::optional<Cursor>(Cursor{key.modified_text, key.modified, key.id});
}

}  // namespace

Task<Result<StreamState>> with_cursor_back(PassContext context, const PassSettings& settings,
                                           StreamState state) {
    const Timestamp now = context.portal_now();
    auto newest = co_await newest_held(context.store, settings.spec.entity, now);
    if (!newest) co_return newest.error();
    // By its text only: where texts stand in another order than the instants, the stream is read from the start.
    if (*newest && context.time.is_in_future((*newest)->modified)) newest->reset();
    // Before it goes back, so that no crash between the two loses the request.
    if (context.whole_due) {
        auto asking = context.whole_due->request(settings.spec.entity,
                                                 "the cursor was in the future and was moved back");
        auto asked = co_await std::move(asking);
        if (!asked) co_return asked.error();
    }
    StreamState back = put_back(std::move(state), std::move(*newest), settings.overlap);
    back.portal_time = now;
    co_return back;
}

}  // namespace carecloud
