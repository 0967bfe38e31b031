#include "base/co_try.hpp"
#include "sync/stream/pass.hpp"

#include <string>
#include <utility>

namespace carecloud {

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

}  // namespace carecloud
