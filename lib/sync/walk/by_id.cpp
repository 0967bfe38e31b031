#include "sync/walk/by_id.hpp"

#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/paginator.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace carecloud {
namespace {

std::string unreachable_reason(const Error& error) {
    return "cannot be fetched from the portal: " + error.subject;
}

std::unordered_set<std::string_view> ids_of(const Page& page) {
    std::unordered_set<std::string_view> ids;
    for (const Record& record : page.records)
        ids.insert(record.id);
    for (const InvalidRecord& invalid : page.invalid)
        ids.insert(invalid.id);
    return ids;
}

// Whether it may be the text of an ObjectId.
bool is_oid(std::string_view id) {
    return id.size() == 24 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

// Drops the keys that the page contains from the first `asked`; all of them if two consecutive responses contained
// none: the portal no longer returns them. One may be an erroneously empty listing (hazard 21).
void ById::drop_answered(std::vector<Key>& keys, std::size_t asked, const Page& page) {
    const auto answered = ids_of(page);
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(asked);
    const auto is_answered = [&](const Key& key) { return answered.contains(key.id); };
    const bool none = std::none_of(keys.begin(), end, is_answered);
    const bool gone = none && doubted_;
    doubted_ = none && !gone;
    if (gone) missing_.insert(missing_.end(), keys.begin(), end);
    keys.erase(std::remove_if(keys.begin(), end, [&](const Key& key) { return gone || is_answered(key); }),
               end);
}

// Distinguishes a record too large for any response from a portal that is down: returns the error unless the portal
// returns the record's key.
Task<Result<>> ById::check_portal(const Key& key, Error error) {
    if (error.code == ErrorCode::too_large) co_return Result<>{};
    const Query query{
        .spec = &spec_, .where = where::id_in(dialect_, {key.id}), .projection = Projection::keys, .take = 1};
    auto asking = fetcher_.ask(query);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return error;
    co_return Result<>{};
}

void ById::set_aside(const Key& key, const Error& error) {
    not_found_.push_back(key.id);
    unreachable_.push_back(
        {.id = key.id, .modified_text = key.modified_text, .reason = unreachable_reason(error), .body = {}});
}

// One request, and its consequences.
Task<Result<>> ById::fetch_some(std::vector<Key>& keys, std::optional<StreamState>& state) {
    const std::size_t wanted = std::min(one_by_one_ ? 1 : size_.take(), keys.size());
    const auto id_at = [&keys](std::size_t i) -> std::string_view { return keys[i].id; };
    const std::size_t asked = ids_that_fit(spec_, dialect_, wanted, id_at);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < asked; ++i)
        ids.push_back(keys[i].id);
    Query query{.spec = &spec_, .where = where::id_in(dialect_, ids)};
    auto fetched = co_await fetcher_.fetch(std::move(query), size_);
    if (!fetched) {
        if (!is_size_suspect(fetched.error().code)) co_return fetched.error();
        // Requesting them individually shows which one it is; once it is found, the others may pass together.
        one_by_one_ = asked > 1;
        if (asked == 1) {
            CO_TRY(check_portal(keys.front(), fetched.error()));
            set_aside(keys.front(), fetched.error());
            keys.erase(keys.begin());
        }
        co_return Result<>{};
    }
    for (const InvalidRecord& record : fetched->page->invalid)
        invalid_.push_back(record.id);
    drop_answered(keys, asked, *fetched->page);
    Batch batch{.stream = committer_.state().stream, .page = fetched->page};
    // The cursor is committed with the last of them: earlier, it would pass records that are still to be fetched.
    if (keys.empty() && unreachable_.empty() && missing_.empty())
        batch.state = std::exchange(state, std::nullopt);
    CO_TRY(committer_.commit(std::move(batch)));
    co_return Result<>{};
}

// A record that was listed and is not found by its id has an `_id` of another type than the dialect's (hazard 33), or
// has moved on.
Task<Result<>> ById::fetch_in_other_form(std::vector<Key> keys) {
    const Dialect dialect = dialect_.with_other_id();
    const auto has_form = [&](const Key& key) { return dialect.id == IdLiteral::string || is_oid(key.id); };
    const auto rest = std::stable_partition(keys.begin(), keys.end(), has_form);
    std::for_each(rest, keys.end(), [&](const Key& key) { not_found_.push_back(key.id); });
    keys.erase(rest, keys.end());
    ById other(fetcher_, size_, committer_, spec_, dialect);
    other.is_other_form_ = true;
    auto fetched = co_await other.fetch(keys, std::nullopt);
    const bool is_refused = !fetched && fetched.error().code == ErrorCode::refused;
    if (!fetched && !is_refused) co_return fetched.error();
    if (is_refused)
        std::for_each(keys.begin(), keys.end(), [&](const Key& key) { not_found_.push_back(key.id); });
    else
        not_found_.insert(not_found_.end(), other.not_found_.begin(), other.not_found_.end());
    co_return Result<>{};
}

Task<Result<>> ById::fetch(std::vector<Key> keys, std::optional<StreamState> state) {
    while (!keys.empty()) {
        CO_TRY(fetch_some(keys, state));
    }
    if (is_other_form_) {
        for (const Key& key : missing_)
            not_found_.push_back(key.id);
    } else if (!missing_.empty()) {
        std::vector<Key> missing = std::exchange(missing_, {});
        CO_TRY(fetch_in_other_form(std::move(missing)));
    }
    if (!state && unreachable_.empty()) co_return Result<>{};
    // Last, since the cursor passes all of these keys: records that no response contains are quarantined with it.
    Batch rest{.stream = committer_.state().stream,
               .state = std::move(state),
               .unreachable = std::exchange(unreachable_, {})};
    CO_TRY(committer_.commit(std::move(rest)));
    co_return Result<>{};
}

Task<Result<>> ById::retry(Key key) {
    const Query query{.spec = &spec_, .where = where::id_in(dialect_, {key.id}), .take = 1};
    auto answer = co_await fetcher_.ask(query);
    // Requested twice, as in drop_answered().
    if (answer && (*answer)->record_count() == 0) answer = co_await fetcher_.ask(query);
    Batch batch{.stream = committer_.state().stream};
    const PagePtr page = answer ? *answer : PagePtr();
    if (answer && page->record_count() > 0 && !page->invalid.empty() && page->invalid.front().not_json) {
        // Complete and still unreadable: one more attempt. The page outlives the commit.
        batch.unreachable.push_back(page->invalid.front());
    } else if (answer && page->record_count() > 0) {
        batch.page = page;
    } else if (answer) {
        CO_TRY_ASSIGN(auto denied, is_denied(fetcher_, spec_, key.id));
        if (denied)
            batch.released.push_back(key.id);
        else
            batch.unreachable.push_back({.id = key.id,
                                         .modified_text = key.modified_text,
                                         .reason = "the portal has it but does not list it",
                                         .body = {}});
    } else if (is_size_suspect(answer.error().code)) {
        CO_TRY(check_portal(key, answer.error()));
        set_aside(key, answer.error());
        batch.unreachable = std::exchange(unreachable_, {});
    } else {
        co_return answer.error();
    }
    CO_TRY(committer_.commit(std::move(batch)));
    co_return Result<>{};
}

Task<Result<>> ById::retry_untried(Store& store, Timestamp wall) {
    CO_TRY_ASSIGN(auto due, store.untried(committer_.state().stream, wall, 1));
    if (due.empty()) co_return Result<>{};
    Key key = due.front();
    co_return co_await retry(std::move(key));
}

Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id) {
    auto answer = co_await fetcher.retrieve(spec, std::move(id));
    // A record that is too large for a response exists.
    if (!answer && !is_size_suspect(answer.error().code)) co_return answer.error();
    const bool is_there = !answer || (*answer)->record_count() > 0;
    co_return !is_there || spec.is_filtered();
}

namespace {

bool is_changed(const Page& page, const HeldRecord& held, bool whole) {
    if (page.records.empty()) return false;
    const Record& shown = page.records.front();
    return whole ? shown.hash != held.hash : shown.modified != held.modified;
}

}  // namespace

Task<Result<Sighting>> sight(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect, std::string id,
                             HeldRecord held) {
    auto answer = co_await fetcher.retrieve(spec, id);
    const bool whole = answer.has_value();
    if (!whole) {
        if (!is_size_suspect(answer.error().code)) co_return answer.error();
        // No response contains it, so it exists. Its key shows at least whether it has moved.
        const StreamSpec unfiltered = spec.unfiltered();
        Query query{.spec = &unfiltered,
                    .where = where::id_in(dialect, {id}),
                    .projection = Projection::keys,
                    .take = 1};
        answer = co_await fetcher.ask(std::move(query));
        if (!answer) co_return answer.error();
        const bool moved = is_changed(**answer, held, false);
        co_return Sighting{moved ? Presence::changed : Presence::same, *answer};
    }
    const PagePtr page = *answer;
    if (page->record_count() == 0) co_return Sighting{Presence::denied, page};
    const bool changed = is_changed(*page, held, spec.fields.empty());
    co_return Sighting{changed ? Presence::changed : Presence::same, page};
}

Task<Result<std::vector<Key>>> listed_in_other_form(Fetcher& fetcher, const StreamSpec& spec,
                                                    const Dialect& dialect, std::vector<std::string> ids) {
    Query query{.spec = &spec,
                .where = where::id_in(dialect.with_other_id(), ids),
                .projection = Projection::keys,
                .take = ids.size()};
    auto answer = co_await fetcher.ask(std::move(query));
    // No id has a form that the portal refuses.
    if (!answer && answer.error().code == ErrorCode::refused) co_return std::vector<Key>();
    if (!answer) co_return answer.error();
    co_return keys_of(**answer);
}

Task<Result<bool>> is_listed_alone(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect,
                                   std::string id) {
    std::vector<std::string> one{std::move(id)};
    Query query{
        .spec = &spec, .where = where::id_in(dialect, one), .projection = Projection::keys, .take = 1};
    CO_TRY_ASSIGN(auto answer, fetcher.ask(std::move(query)));
    const bool is_listed = answer->record_count() > 0;
    answer.reset();
    if (is_listed) co_return true;
    CO_TRY_ASSIGN(auto keys, listed_in_other_form(fetcher, spec, dialect, std::move(one)));
    co_return !keys.empty();
}

Omitted judge_omitted(const Omission& first, Timestamp asked_at, Duration overlap, Presence presence) {
    if (asked_at < first.first_at + overlap) return Omitted::wait;
    return presence == Presence::changed || first.filter_changed ? Omitted::left : Omitted::hole;
}

}  // namespace carecloud
