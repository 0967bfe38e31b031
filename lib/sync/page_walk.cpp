#include "sync/page_walk.hpp"

#include "portal/query.hpp"
#include "sync/by_id.hpp"
#include "sync/retry.hpp"

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

Task<Result<WalkAnswer>> PageWalk::fetch(Query query, Reading reading) {
    PageSize& size = reading == Reading::full ? memory_.whole : memory_.keys;
    auto fetched = co_await fetcher_.fetch(std::move(query), size);
    if (!fetched) co_return fetched.error();
    co_return WalkAnswer{.fetched = std::move(*fetched), .reading = reading};
}

Task<Result<WalkAnswer>> PageWalk::fetch_ahead(const Walk& walk) {
    return fetch(query_for(walk), walk.reading());
}

Task<Result<WalkAnswer>> PageWalk::fetch_keys_instead(Result<WalkAnswer> answer, Walk& walk) {
    if (answer || walk.reading() == Reading::keys || !is_size_suspect(answer.error().code)) co_return answer;
    walk.read_next(Reading::keys);
    Query keys = query_for(walk);
    co_return co_await fetch(std::move(keys), Reading::keys);
}

Task<Result<WalkAnswer>> PageWalk::fetch_at(Walk& walk) {
    Query query = query_for(walk);
    auto answer = co_await fetch(std::move(query), walk.reading());
    co_return co_await fetch_keys_instead(std::move(answer), walk);
}

Task<Result<std::size_t>> PageWalk::store(PagePtr page, Reading reading, const Dialect& dialect,
                                          std::optional<StreamState> state) {
    if (reading == Reading::keys) {
        std::vector<Key> keys = keys_of(*page);
        page.reset();
        co_return co_await store_unknown(std::move(keys), dialect, std::move(state));
    }
    if (page->record_count() == 0 && !state) co_return std::size_t{0};
    Batch batch{.stream = ledger_.state().stream, .page = std::move(page), .state = std::move(state)};
    co_return co_await ledger_.commit(std::move(batch));
}

Task<Result<std::size_t>> PageWalk::store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                                  std::optional<StreamState> state) {
    auto indices = co_await store_.unknown(ledger_.state().stream, keys);
    if (!indices) co_return indices.error();
    std::vector<Key> unknown;
    unknown.reserve(indices->size());
    for (const std::size_t index : *indices)
        unknown.push_back(std::move(keys[index]));
    const std::size_t count = unknown.size();
    ById by_id(fetcher_, memory_.whole, ledger_, spec_, dialect);
    auto fetched = co_await by_id.fetch(std::move(unknown), std::move(state));
    if (!fetched) co_return fetched.error();
    co_return count;
}

}  // namespace carecloud
