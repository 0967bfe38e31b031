#include "sync/page_walk.hpp"

#include "core/ensure.hpp"
#include "portal/query.hpp"
#include "sync/by_id.hpp"
#include "sync/retry.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

std::vector<Key> keys_of(const Page& page) {
    std::vector<Key> keys;
    keys.reserve(page.record_count());
    for (const Record& record : page.records)
        keys.push_back({std::string(record.id), std::string(record.modified_text), record.modified});
    for (const StrangeRecord& strange : page.strange) {
        if (!strange.id.starts_with("sha256:")) keys.push_back({strange.id, strange.modified_text, {}});
    }
    return keys;
}

Query PageWalk::query_for(const Walk& walk) const {
    return Query{.spec = &spec_,
                 .where = walk.where(),
                 .projection = walk.reading() == Reading::full ? Projection::stream : Projection::keys,
                 .skip = walk.skip()};
}

Task<Result<WalkAnswer>> PageWalk::fetch(Query query, Reading reading, PageSize& size) {
    auto fetched = co_await fetcher_.fetch(std::move(query), size);
    if (!fetched) co_return fetched.error();
    co_return WalkAnswer{.fetched = std::move(*fetched), .reading = reading};
}

Task<Result<WalkAnswer>> PageWalk::fetch_ahead(const Walk& walk) {
    return fetch(query_for(walk), walk.reading(), size_of(walk.reading()));
}

Task<Result<WalkAnswer>> PageWalk::fetch_keys_instead(Result<WalkAnswer> answer, Walk& walk) {
    if (answer || walk.reading() == Reading::keys || !is_size_suspect(answer.error().code)) co_return answer;
    walk.read_next(Reading::keys);
    Query keys = query_for(walk);
    PageSize one(1);
    co_return co_await fetch(std::move(keys), Reading::keys, deep_ ? one : memory_.keys);
}

Task<Result<WalkAnswer>> PageWalk::fetch_at(Walk& walk) {
    Query query = query_for(walk);
    auto answer = co_await fetch(std::move(query), walk.reading(), size_of(walk.reading()));
    co_return co_await fetch_keys_instead(std::move(answer), walk);
}

Task<Result<std::size_t>> PageWalk::store(PagePtr page, Reading reading, const Dialect& dialect,
                                          std::optional<StreamState> state, std::vector<std::size_t> unmet) {
    if (reading == Reading::keys) {
        std::vector<Key> keys = keys_of(*page);
        page.reset();
        auto storing = store_keys(std::move(keys), std::move(unmet), dialect, std::move(state));
        co_return co_await std::move(storing);
    }
    if (page->record_count() == 0 && !state) co_return std::size_t{0};
    Batch batch{.stream = ledger_.state().stream, .page = std::move(page), .state = std::move(state)};
    co_return co_await ledger_.commit(std::move(batch));
}

Task<Result<std::size_t>> PageWalk::store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                                  std::optional<StreamState> state) {
    return store_keys(std::move(keys), {}, dialect, std::move(state));
}

Task<Result<std::size_t>> PageWalk::store_keys(std::vector<Key> keys, std::vector<std::size_t> unmet,
                                               const Dialect& dialect, std::optional<StreamState> state) {
    auto unknown = co_await store_.unknown(ledger_.state().stream, keys);
    if (!unknown) co_return unknown.error();
    std::set<std::size_t> indices(unknown->begin(), unknown->end());
    indices.insert(unmet.begin(), unmet.end());
    ensure(indices.empty() || *indices.rbegin() < keys.size(), "unknown keys are some of those asked about");
    std::vector<Key> wanted;
    wanted.reserve(indices.size());
    for (const std::size_t index : indices)
        wanted.push_back(std::move(keys[index]));
    const std::size_t count = wanted.size();
    ById by_id(fetcher_, memory_.whole, ledger_, spec_, dialect);
    auto fetched = co_await by_id.fetch(std::move(wanted), std::move(state));
    if (!fetched) co_return fetched.error();
    co_return count;
}

}  // namespace carecloud
