#include "base/co_try.hpp"
#include "sync/stream/prove.hpp"

#include <utility>

namespace carecloud {
namespace {

// After this many consecutive passes that stored nothing; otherwise after as many passes and at least an hour.
constexpr std::size_t kPassesToProve = 12;
constexpr Duration kProveEvery = std::chrono::hours(1);

// Whether only literals of other types find the record. False: none find it, since it has moved or is gone.
Task<Result<bool>> has_other_types(AskPortal ask, const StreamSpec& spec, Key key, Dialect in_use) {
    CO_TRY_ASSIGN(auto proven, prove_with(std::move(ask), spec, std::move(key), in_use.spelling));
    co_return proven && !proven->has_literals_of(in_use);
}

Error set_wrong(const PassSettings& settings) {
    return {.code = ErrorCode::dialect_unknown,
            .operation = "walk " + settings.spec.entity,
            .subject = "portal.dialect does not match records of the portal",
            .hint = "set portal.dialect: auto, or the value recommended by carecloudctl doctor"};
}

}  // namespace

Task<Result<std::optional<Dialect>>> watch_dialect(Fetcher& fetcher, const PassSettings& settings,
                                                   StreamMemory& memory, Dialect in_use, bool brought,
                                                   MonoTime now) {
    memory.idle_passes = brought ? 0 : memory.idle_passes + 1;
    if (++memory.unchecked_passes == 1) memory.unchecked_since = now;
    const bool is_due = memory.idle_passes >= kPassesToProve || (memory.unchecked_passes >= kPassesToProve &&
                                                                 now - memory.unchecked_since >= kProveEvery);
    if (!memory.missed && !is_due) co_return std::optional<Dialect>();
    std::optional<Key> sample = memory.missed;
    CO_TRY_ASSIGN(auto unmatched, find_unmatched(asking(fetcher), settings.spec, in_use, std::move(sample)));
    memory.missed.reset();
    memory.idle_passes = 0;
    memory.unchecked_passes = 0;
    // A proof of an earlier version of this program does not cover `$lte` and `$lt`: they are tested once per process.
    const bool complete = (in_use.lte && in_use.lt) || std::exchange(memory.bounds_tried, true);
    if (!unmatched && complete) co_return std::optional<Dialect>();
    CO_TRY_ASSIGN(auto proven, prove_dialect(asking(fetcher), settings.spec, unmatched));
    if (!proven) co_return std::optional<Dialect>();
    bool is_other = !proven->has_literals_of(in_use);
    if (is_other) {
        CO_TRY_ASSIGN(is_other, prevails(asking(fetcher), settings.spec, *proven, in_use));
        memory.mixed = memory.mixed || !is_other;
    } else if (unmatched && !memory.mixed) {
        CO_TRY_ASSIGN(memory.mixed, has_other_types(asking(fetcher), settings.spec, *unmatched, in_use));
    }
    if (is_other) {
        if (settings.dialect) co_return set_wrong(settings);
        proven->cap = in_use.cap;
        co_return std::move(proven);
    }
    if (!proven->has_literals_of(in_use)) co_return std::optional<Dialect>();
    Dialect better = *proven;
    better.cap = in_use.cap;
    if (settings.dialect) better.keyset = in_use.keyset;
    co_return better.asks_like(in_use) ? std::optional<Dialect>() : std::optional(better);
}

}  // namespace carecloud
