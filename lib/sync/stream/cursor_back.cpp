#include "base/co_try.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/stream/pass.hpp"
#include "sync/walk/progress.hpp"

#include <utility>

namespace carecloud {
namespace {

// The newest record that the store holds up to this time, by its text.
Task<Result<std::optional<Cursor>>> newest_held(Store& store, std::string stream, Timestamp until) {
    CO_TRY_ASSIGN(auto all, store.count_live(stream, ""));
    CO_TRY_ASSIGN(auto beyond, store.count_live(stream, until.to_string()));
    if (beyond >= all) co_return std::optional<Cursor>();
    LiveRange last{.stream = std::move(stream), .skip = all - beyond - 1, .limit = 1};
    CO_TRY_ASSIGN(auto keys, store.live(std::move(last)));
    if (keys.empty()) co_return std::optional<Cursor>();
    const Key& key = keys.front();
    co_return std::optional<Cursor>(Cursor{key.modified_text, key.modified, key.id});
}

}  // namespace

Task<Result<StreamState>> with_cursor_back(PassContext context, const PassSettings& settings,
                                           StreamState state) {
    const Timestamp now = context.portal_now();
    CO_TRY_ASSIGN(auto newest, newest_held(context.store, settings.spec.entity, now));
    // It was selected by its text. If texts sort differently from their instants, the stream is read from the start.
    if (newest && context.time.is_in_future(newest->modified)) newest.reset();
    // Before the cursor is moved back, so that no crash between the two loses the request.
    if (context.whole_due) {
        CO_TRY(context.whole_due->request(settings.spec.entity,
                                          "the cursor was in the future and was moved back"));
    }
    StreamState back = put_back(std::move(state), std::move(newest), settings.overlap);
    back.portal_time = now;
    co_return back;
}

}  // namespace carecloud
