#include "base/co_try.hpp"
#include "sync/stream/pass.hpp"
#include "sync/stream/prove.hpp"

#include <utility>

namespace carecloud {

// A first load's first page needs no dialect, and has the records to prove one with: a round of requests less. Nothing
// of it is stored before.
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

}  // namespace carecloud
