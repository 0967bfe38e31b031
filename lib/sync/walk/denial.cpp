#include "sync/walk/denial.hpp"

#include "portal/query.hpp"
#include "sync/limits/retry.hpp"

#include <utility>

namespace carecloud {

Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id) {
    auto answer = co_await fetcher.retrieve(spec, std::move(id));
    // What is too large for an answer is there.
    if (!answer && !is_size_suspect(answer.error().code)) co_return answer.error();
    const bool is_there = !answer || (*answer)->record_count() > 0;
    co_return !is_there || spec.filter != "{}";
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
        // No answer carries it, so it is there. Its key tells at least whether it has moved.
        StreamSpec unfiltered = spec;
        unfiltered.filter = "{}";
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

Task<Result<bool>> is_listed_in_other_form(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect,
                                           std::string id) {
    Dialect other = dialect;
    other.id = dialect.id == IdLiteral::oid ? IdLiteral::string : IdLiteral::oid;
    Query query{.spec = &spec, .where = where::id_in(other, {id}), .projection = Projection::keys, .take = 1};
    auto answer = co_await fetcher.ask(std::move(query));
    if (!answer && answer.error().code == ErrorCode::refused) co_return false;
    if (!answer) co_return answer.error();
    co_return (*answer)->record_count() > 0;
}

Omitted judge_omitted(const Omission& first, Timestamp asked_at, Duration overlap, Presence presence) {
    if (asked_at < first.first_at + overlap) return Omitted::wait;
    return presence == Presence::changed || first.filter_changed ? Omitted::left : Omitted::hole;
}

}  // namespace carecloud
