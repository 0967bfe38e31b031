#include "sync/walk/suspects.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"

#include <tuple>
#include <utility>

namespace carecloud {
namespace {

// At least this many ids are remembered, in addition to those of the current page.
constexpr std::size_t kMetMin = 10'000;

bool behind(const Key& key, const Cursor& position) {
    return std::tie(key.modified_text, key.id) > std::tie(position.modified_text, position.id);
}

}  // namespace

void PassedOver::met(const std::vector<Key>& keys) {
    if (met_.size() >= kMetMin) met_before_ = std::exchange(met_, {});
    for (const Key& key : keys)
        met_.insert(key.id);
    if (!keys.empty()) position_ = Cursor{keys.back().modified_text, keys.back().modified, keys.back().id};
}

void PassedOver::add(std::vector<Key> keys, bool last) {
    drained_ = last;
    for (Key& key : keys) {
        if (to_ && key.modified_text >= *to_) {
            drained_ = true;
            return;
        }
        ahead_.push_back(std::move(key));
    }
}

bool PassedOver::is_passed(const Key& key, bool ended) const {
    return ended || (position_ && !behind(key, *position_));
}

std::vector<Key> PassedOver::take(bool ended) {
    std::vector<Key> found;
    while (!ahead_.empty() && is_passed(ahead_.front(), ended)) {
        Key key = std::move(ahead_.front());
        ahead_.pop_front();
        if (!met_.contains(key.id) && !met_before_.contains(key.id)) found.push_back(std::move(key));
    }
    return found;
}

Suspects::Suspects(Store& store, std::string stream, const std::string& from, std::optional<std::string> to)
    : store_(store), range_{.stream = std::move(stream)}, keys_(std::move(to)) {
    // No id is empty, so this is before every record with that `modified`.
    if (!from.empty()) range_.after = Cursor{from, {}, {}};
}

Task<Result<>> Suspects::read_on() {
    CO_TRY_ASSIGN(auto keys, store_.live(range_));
    ensure(keys.size() <= range_.limit, "a range of keys is not longer than requested");
    ensure(keys.empty() || !range_.after || behind(keys.front(), *range_.after),
           "a range of keys starts after the given key");
    const bool last = keys.size() < range_.limit;
    if (!keys.empty()) range_.after = Cursor{keys.back().modified_text, keys.back().modified, keys.back().id};
    keys_.add(std::move(keys), last);
    co_return Result<>{};
}

Task<Result<std::vector<Key>>> Suspects::passed_over(bool ended) {
    std::vector<Key> found = keys_.take(ended);
    while (keys_.needs_more()) {
        CO_TRY(read_on());
        for (Key& key : keys_.take(ended))
            found.push_back(std::move(key));
    }
    co_return found;
}

}  // namespace carecloud
