#include "sync/stream/dialect_watch.hpp"

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
    auto looking = find_unmatched(asking(fetcher), settings.spec, in_use, std::move(sample));
    auto unmatched = co_await std::move(looking);
    if (!unmatched) co_return unmatched.error();
    memory.missed.reset();
    memory.idle_passes = 0;
    // What an earlier version of this program proved says nothing of `$lte`: that is tried once in a life.
    const bool complete = in_use.lte || settings.dialect || std::exchange(memory.lte_tried, true);
    if (!*unmatched && complete) co_return std::optional<Dialect>();
    auto proving = prove_dialect(asking(fetcher), settings.spec, std::move(*unmatched));
    auto proven = co_await std::move(proving);
    if (!proven) co_return proven.error();
    if (!*proven || (*proven)->asks_like(in_use)) co_return std::optional<Dialect>();
    if (!(*proven)->has_literals_of(in_use)) {
        auto comparing = prevails(asking(fetcher), settings.spec, **proven, in_use);
        auto prevailing = co_await std::move(comparing);
        if (!prevailing) co_return prevailing.error();
        if (!*prevailing) co_return std::optional<Dialect>();
    }
    if (settings.dialect) {
        if (!(*proven)->has_literals_of(in_use)) co_return set_wrong(settings);
        co_return std::optional<Dialect>();
    }
    (*proven)->cap = in_use.cap;
    co_return std::move(*proven);
}

}  // namespace carecloud
