#include "sync/walk/paginator.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "portal/query.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/by_id.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

namespace {

// So many answers that are out of order in different ways are asked for once more.
constexpr int kOrderDoubted = 2;

std::vector<Key> order_of(const Page& page) {
    std::vector<Key> keys;
    keys.reserve(page.records.size());
    for (const Record& record : page.records)
        keys.push_back({std::string(record.id), std::string(record.modified_text), record.modified});
    return keys;
}

// As far as both go: the second answer may be longer or shorter than the first.
bool begin_alike(const std::vector<Key>& a, const std::vector<Key>& b) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return std::equal(a.begin(), a.begin() + count, b.begin(), [](const Key& x, const Key& y) {
        return x.id == y.id && x.modified_text == y.modified_text;
    });
}

}  // namespace

std::vector<Key> keys_of(const Page& page) {
    std::vector<Key> keys = order_of(page);
    for (const InvalidRecord& invalid : page.invalid) {
        if (!invalid.id.starts_with("sha256:")) keys.push_back({invalid.id, invalid.modified_text, {}});
    }
    return keys;
}

Query Paginator::query_for(const Walk& walk) const {
    return Query{.spec = &spec_,
                 .where = walk.where(),
                 .projection = walk.reading() == Reading::full ? Projection::stream : Projection::keys,
                 .skip = walk.skip()};
}

Task<Result<WalkAnswer>> Paginator::fetch(Query query, Reading reading, PageSize& size) {
    CO_TRY_ASSIGN(auto fetched, fetcher_.fetch(std::move(query), size));
    co_return WalkAnswer{.fetched = std::move(fetched), .reading = reading};
}

Task<Result<WalkAnswer>> Paginator::fetch_ahead(const Walk& walk) {
    return fetch(query_for(walk), walk.reading(), size_of(walk.reading()));
}

Task<Result<WalkAnswer>> Paginator::fetch_keys_instead(Result<WalkAnswer> answer, Walk& walk) {
    if (answer || walk.reading() == Reading::keys || !is_size_suspect(answer.error().code)) co_return answer;
    walk.read_next(Reading::keys);
    Query keys = query_for(walk);
    PageSize one(1);
    co_return co_await fetch(std::move(keys), Reading::keys, deep_ ? one : memory_.keys);
}

Task<Result<WalkAnswer>> Paginator::ask(Walk& walk) {
    Query query = query_for(walk);
    auto answer = co_await fetch(std::move(query), walk.reading(), size_of(walk.reading()));
    co_return co_await fetch_keys_instead(std::move(answer), walk);
}

Task<Result<WalkAnswer>> Paginator::fetch_at(Walk& walk) {
    auto answer = co_await ask(walk);
    co_return co_await complete(std::move(answer), walk);
}

// Texts stand before dates: a page of nothing but texts looks like any other, and dates are not to be looked for behind
// the last of them.
Task<Result<bool>> Paginator::begins_with_another_type(const Walk& walk, std::string first) {
    Query query{.spec = &spec_,
                .where = where::of_types(walk.dialect(), where::all()),
                .projection = Projection::keys,
                .take = 1};
    CO_TRY_ASSIGN(auto answer, fetcher_.ask(std::move(query)));
    co_return !answer->records.empty() && answer->records.front().id != first;
}

Task<Result<WalkAnswer>> Paginator::complete(Result<WalkAnswer> given, Walk& walk) {
    auto answer = co_await fetch_keys_instead(std::move(given), walk);
    if (!answer || walk.is_narrowed() || answer->fetched.page->records.empty()) co_return answer;
    std::vector<Key> shown = order_of(*answer->fetched.page);
    if (walk.is_in_order(*answer->fetched.page)) {
        const bool is_first = !walk.has_position() && walk.dialect().modified == ModifiedLiteral::date;
        if (!is_first) co_return answer;
        std::string first = shown.front().id;
        CO_TRY_ASSIGN(auto other, begins_with_another_type(walk, std::move(first)));
        if (!other) co_return answer;
    } else {
        // One answer may be out of order by mistake, and records may become visible between two.
        bool is_alike = false;
        for (int asked = 0; !is_alike; ++asked) {
            answer->fetched.page.reset();
            answer = co_await ask(walk);
            if (!answer || asked == kOrderDoubted || walk.is_in_order(*answer->fetched.page))
                co_return answer;
            std::vector<Key> again = order_of(*answer->fetched.page);
            is_alike = begin_alike(shown, again);
            shown = std::move(again);
        }
    }
    answer->fetched.page.reset();
    co_return co_await narrow(walk, std::move(shown));
}

// Which type is that of most may not be what it was: a record that the others hid has the dialect proven again.
Task<Result<WalkAnswer>> Paginator::narrow(Walk& walk, std::vector<Key> shown) {
    walk.narrow();
    auto answer = co_await ask(walk);
    if (!answer || !walk.is_in_order(*answer->fetched.page)) co_return answer;
    memory_.mixed = true;
    std::set<std::string_view> met;
    for (const Record& record : answer->fetched.page->records)
        met.insert(record.id);
    const auto hidden =
        std::find_if(shown.begin(), shown.end(), [&](const Key& key) { return !met.contains(key.id); });
    if (hidden != shown.end() && !memory_.missed) memory_.missed = std::move(*hidden);
    co_return answer;
}

Task<Result<std::size_t>> Paginator::store(PagePtr page, Reading reading, const Dialect& dialect,
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

Task<Result<std::size_t>> Paginator::store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                                   std::optional<StreamState> state) {
    std::vector<std::size_t> compared(deep_ ? keys.size() : 0);
    std::iota(compared.begin(), compared.end(), std::size_t{0});
    return store_keys(std::move(keys), std::move(compared), dialect, std::move(state));
}

Task<Result<std::size_t>> Paginator::store_keys(std::vector<Key> keys, std::vector<std::size_t> unmet,
                                                const Dialect& dialect, std::optional<StreamState> state) {
    CO_TRY_ASSIGN(auto unknown, store_.unknown(ledger_.state().stream, keys));
    std::set<std::size_t> indices(unknown.begin(), unknown.end());
    indices.insert(unmet.begin(), unmet.end());
    ensure(indices.empty() || *indices.rbegin() < keys.size(), "unknown keys are among the requested ones");
    std::vector<Key> wanted;
    wanted.reserve(indices.size());
    for (const std::size_t index : indices)
        wanted.push_back(std::move(keys[index]));
    const std::size_t count = wanted.size();
    ById by_id(fetcher_, memory_.whole, ledger_, spec_, dialect);
    CO_TRY(by_id.fetch(std::move(wanted), std::move(state)));
    // What no answer shows is nothing that a walk could meet by reading once more.
    co_return count - std::min(count, by_id.not_found().size());
}

}  // namespace carecloud
