#include "sync/walk/paginator.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "portal/query.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/all_of.hpp"
#include "sync/walk/by_id.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

namespace carecloud {
namespace {

// A page is requested again after up to this many responses that are out of order in different ways.
constexpr int kOrderDoubted = 2;

std::vector<Key> order_of(const Page& page) {
    std::vector<Key> keys;
    keys.reserve(page.records.size());
    for (const Record& record : page.records)
        keys.push_back({std::string(record.id), std::string(record.modified_text), record.modified});
    return keys;
}

// As far as both go: the second response may be longer or shorter than the first.
bool begin_alike(const std::vector<Key>& a, const std::vector<Key>& b) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return std::equal(a.begin(), a.begin() + count, b.begin(), [](const Key& x, const Key& y) {
        return x.id == y.id && x.modified_text == y.modified_text;
    });
}

// Whether not even one whole record fits.
bool needs_keys(const Result<Fetched>& answer, const Walk& walk) {
    return !answer && walk.reading() == Reading::full && is_size_suspect(answer.error().code);
}

Task<Result<std::size_t>> nothing() {
    co_return std::size_t{0};
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

Task<Result<Fetched>> Paginator::fetch_ahead(const Walk& walk) {
    return fetcher_.fetch(query_for(walk), walk.reading() == Reading::full ? memory_.whole : memory_.keys);
}

// Keys at least show which records exist. A deep walk requests one at a time, so that it returns to whole records right
// after the oversized one.
Task<Result<Fetched>> Paginator::fetch_keys(Walk& walk) {
    walk.read_next(Reading::keys);
    PageSize one(1);
    auto fetching = fetcher_.fetch(query_for(walk), deep_ ? one : memory_.keys);
    co_return co_await std::move(fetching);
}

Task<Result<Fetched>> Paginator::ask(Walk& walk) {
    auto fetching = fetch_ahead(walk);
    auto answer = co_await std::move(fetching);
    if (!needs_keys(answer, walk)) co_return answer;
    co_return co_await fetch_keys(walk);
}

// Strings sort before dates: a page of only strings looks like any other, and dates must not be searched after the last
// of them.
Task<Result<bool>> Paginator::begins_with_another_type(const Walk& walk, std::string first) {
    Query query{.spec = &spec_,
                .where = where::of_types(walk.dialect(), where::all()),
                .projection = Projection::keys,
                .take = 1};
    CO_TRY_ASSIGN(auto answer, fetcher_.ask(std::move(query)));
    co_return !answer->records.empty() && answer->records.front().id != first;
}

Task<Result<Fetched>> Paginator::complete(std::optional<Result<Fetched>> ahead, Walk& walk) {
    if (!ahead) {
        auto fetching = fetch_ahead(walk);
        ahead = co_await std::move(fetching);
    }
    Result<Fetched> answer = std::move(*ahead);
    if (needs_keys(answer, walk)) answer = co_await fetch_keys(walk);
    if (!answer || walk.is_narrowed() || answer->page->records.empty()) co_return answer;
    const bool is_first_by_dates = !walk.has_position() && walk.dialect().modified == ModifiedLiteral::date;
    if (walk.is_in_order(*answer->page) && !is_first_by_dates) co_return answer;
    auto checking = check_types(std::move(*answer), walk);
    co_return co_await std::move(checking);
}

// For a page that is out of order, or may begin after records of another type.
Task<Result<Fetched>> Paginator::check_types(Fetched fetched, Walk& walk) {
    std::vector<Key> shown = order_of(*fetched.page);
    if (walk.is_in_order(*fetched.page)) {
        std::string first = shown.front().id;
        CO_TRY_ASSIGN(auto other, begins_with_another_type(walk, std::move(first)));
        if (!other) co_return fetched;
    } else {
        // One response may be out of order by mistake, and records may become visible between two.
        bool is_alike = false;
        for (int asked = 0; !is_alike; ++asked) {
            fetched.page.reset();
            CO_TRY_ASSIGN(fetched, ask(walk));
            if (asked == kOrderDoubted || walk.is_in_order(*fetched.page)) co_return fetched;
            std::vector<Key> again = order_of(*fetched.page);
            is_alike = begin_alike(shown, again);
            shown = std::move(again);
        }
    }
    fetched.page.reset();
    co_return co_await narrow(walk, std::move(shown));
}

// The most frequent type may have changed: a record that was hidden by the others causes a new proof of the dialect.
Task<Result<Fetched>> Paginator::narrow(Walk& walk, std::vector<Key> shown) {
    walk.narrow();
    CO_TRY_ASSIGN(Fetched fetched, ask(walk));
    if (!walk.is_in_order(*fetched.page)) co_return fetched;
    memory_.mixed = true;
    std::set<std::string_view> met;
    for (const Record& record : fetched.page->records)
        met.insert(record.id);
    const auto hidden =
        std::find_if(shown.begin(), shown.end(), [&](const Key& key) { return !met.contains(key.id); });
    if (hidden != shown.end() && !memory_.missed) memory_.missed = std::move(*hidden);
    co_return fetched;
}

Task<Result<std::size_t>> Paginator::store(PagePtr page, Projection projection, const Dialect& dialect,
                                           std::optional<StreamState> state, std::vector<std::size_t> unmet) {
    if (projection == Projection::keys)
        return store_keys(keys_of(*page), std::move(unmet), dialect, std::move(state));
    if (page->record_count() == 0 && !state) return nothing();
    return committer_.commit(
        {.stream = committer_.state().stream, .page = std::move(page), .state = std::move(state)});
}

Task<Result<std::size_t>> Paginator::store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                                   std::optional<StreamState> state) {
    std::vector<std::size_t> compared(deep_ ? keys.size() : 0);
    std::iota(compared.begin(), compared.end(), std::size_t{0});
    return store_keys(std::move(keys), std::move(compared), dialect, std::move(state));
}

Task<Result<std::size_t>> Paginator::store_keys(std::vector<Key> keys, std::vector<std::size_t> unmet,
                                                const Dialect& dialect, std::optional<StreamState> state) {
    CO_TRY_ASSIGN(auto unknown, store_.unknown(committer_.state().stream, keys));
    std::set<std::size_t> indices(unknown.begin(), unknown.end());
    indices.insert(unmet.begin(), unmet.end());
    ensure(indices.empty() || *indices.rbegin() < keys.size(), "unknown keys are among the requested ones");
    std::vector<Key> wanted;
    wanted.reserve(indices.size());
    for (const std::size_t index : indices)
        wanted.push_back(std::move(keys[index]));
    const std::size_t count = wanted.size();
    ById by_id(fetcher_, memory_.whole, committer_, spec_, dialect);
    CO_TRY(by_id.fetch(std::move(wanted), std::move(state)));
    // Records in no response cannot be found by reading again.
    co_return count - std::min(count, by_id.not_found().size());
}

namespace {

template <class T>
Task<> keep(Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
}

}  // namespace

Task<std::pair<Result<Fetched>, Result<std::size_t>>> side_by_side(Task<Result<Fetched>> fetching,
                                                                   Task<Result<std::size_t>> storing) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::optional<Result<Fetched>> fetched;
    std::optional<Result<std::size_t>> stored;
    std::vector<Task<>> both;
    both.push_back(keep(std::move(fetching), fetched));
    both.push_back(keep(std::move(storing), stored));
    auto running = all_or_none(executor, std::move(both));
    co_await std::move(running);
    co_return std::pair(std::move(*fetched), std::move(*stored));
}

}  // namespace carecloud
