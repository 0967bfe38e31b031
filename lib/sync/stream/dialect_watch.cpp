#include "sync/stream/dialect_watch.hpp"

#include "base/co_try.hpp"
#include "sync/stream/prove.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kIdlePassesToProve = 12;

Error set_wrong(const PassSettings& settings) {
    return {.code = ErrorCode::dialect_unknown,
            .operation = "walk " + settings.spec.entity,
            .subject = "portal.dialect does not match records of the portal",
            .hint = "set portal.dialect: auto, or the value recommended by carecloudctl doctor"};
}

}  // namespace

Task<Result<std::optional<Dialect>>> watch_dialect(Fetcher& fetcher, const PassSettings& settings,
                                                   StreamMemory& memory, Dialect in_use, bool brought) {
    memory.idle_passes = brought ? 0 : memory.idle_passes + 1;
    if (!memory.missed && memory.idle_passes < kIdlePassesToProve) co_return std::optional<Dialect>();
    std::optional<Key> sample = memory.missed;
    CO_TRY_ASSIGN(auto unmatched, find_unmatched(asking(fetcher), settings.spec, in_use, std::move(sample)));
    memory.missed.reset();
    memory.idle_passes = 0;
    // What an earlier version of this program proved says nothing of `$lte`: that is tried once in a life.
    const bool complete = in_use.lte || settings.dialect || std::exchange(memory.lte_tried, true);
    if (!unmatched && complete) co_return std::optional<Dialect>();
    CO_TRY_ASSIGN(auto proven, prove_dialect(asking(fetcher), settings.spec, std::move(unmatched)));
    if (!proven || proven->asks_like(in_use)) co_return std::optional<Dialect>();
    if (!proven->has_literals_of(in_use)) {
        CO_TRY_ASSIGN(auto prevailing, prevails(asking(fetcher), settings.spec, *proven, in_use));
        if (!prevailing) co_return std::optional<Dialect>();
    }
    if (settings.dialect) {
        if (!proven->has_literals_of(in_use)) co_return set_wrong(settings);
        co_return std::optional<Dialect>();
    }
    proven->cap = in_use.cap;
    co_return std::move(proven);
}

}  // namespace carecloud
