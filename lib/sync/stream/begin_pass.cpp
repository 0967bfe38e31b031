// The parts of a pass before its walk: loads the stream's row, proves an unknown dialect, and moves back a cursor that
// lies in the future.
#include "base/co_try.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/stream/pass.hpp"
#include "sync/stream/prove.hpp"
#include "sync/walk/progress.hpp"

#include <string>
#include <utility>

namespace carecloud {
namespace {

// Returns the newest held record up to this time, in the order of the texts of `modified`.
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

Task<Result<OpenedStream>> open_stream(PassContext context, const PassSettings& settings,
                                       StreamMemory& memory) {
    if (!memory.configured_at) memory.configured_at = context.clock.now();
    CO_TRY_ASSIGN(auto loaded, context.store.load_stream(settings.spec.entity));
    const std::string fingerprint = settings.spec.fingerprint();
    if (loaded && loaded->fingerprint == fingerprint) {
        context.time.remember(loaded->portal_time);
        co_return OpenedStream{.state = std::move(*loaded)};
    }
    OpenedStream fresh{
        .state = {.stream = settings.spec.entity, .entity = settings.spec.entity, .fingerprint = fingerprint},
        .restarted = loaded.has_value()};
    memory.tail.reset();
    memory.met_to.reset();
    // Records that the new filter omits can be reconciled before the stream finds a record.
    if (loaded) fresh.state.dialect = loaded->dialect;
    co_return fresh;
}

// The first page of a first load needs no dialect, and contains the records to prove one with, which saves a round of
// requests. Nothing of the page is stored before the proof.
Task<Result<ProvenWalk>> prove_walk(Paginator& pages, Fetcher& prover, const StreamSpec& spec,
                                    std::optional<Key> key, bool with_page) {
    ProvenWalk proven;
    if (with_page) {
        const WalkPtr walk = make_walk(Dialect{}, {});
        CO_TRY_ASSIGN(proven.first, pages.fetch_ahead(*walk));
        if (proven.first->page->record_count() == 0) co_return ProvenWalk{};
    }
    const Page* const listed = proven.first ? proven.first->page.get() : nullptr;
    CO_TRY_ASSIGN(proven.dialect, prove_dialect(asking(prover), spec, std::move(key), listed));
    co_return proven;
}

Task<Result<StreamState>> with_cursor_back(PassContext context, const PassSettings& settings,
                                           StreamState state) {
    const Timestamp now = context.portal_now();
    CO_TRY_ASSIGN(auto newest, newest_held(context.store, settings.spec.entity, now));
    // The record was selected by its text. If the texts sort differently from their times, it may be in the future; the
    // stream is then read from the start.
    if (newest && context.time.is_in_future(newest->modified)) newest.reset();
    // Requested before the cursor is moved back, so a crash in between does not lose the request.
    if (context.whole_due) {
        CO_TRY(context.whole_due->request(settings.spec.entity,
                                          "the cursor was in the future and was moved back"));
    }
    StreamState back = put_back(std::move(state), std::move(newest), settings.overlap);
    back.portal_time = now;
    co_return back;
}

}  // namespace carecloud
