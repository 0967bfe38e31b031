#include "sync/stream/prove.hpp"

#include "base/co_try.hpp"
#include "sync/limits/retry.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr std::size_t kSample = 100;
// The number of records that determine which type prevails.
constexpr std::size_t kNewest = 20;
constexpr std::size_t kEmptyAnswers = 4;  // until the absence of a type is accepted
constexpr std::string_view kLowestId = "000000000000000000000000";
constexpr std::string_view kHighestId = "ffffffffffffffffffffffff";

enum class Expect { found, nothing };

struct Proof {
    std::string condition;
    Expect expect;
};

// The records to prove with, and the format of the portal's responses.
struct Samples {
    std::vector<Key> keys;
    Spelling spelling = Spelling::camel;
};

Key key_of(const Record& record) {
    return {std::string(record.id), std::string(record.modified_text), record.modified};
}

// Whether the two ids of the queries lie on either side of it. .NET's empty ObjectId, for example, is the lowest.
bool lies_between(std::string_view id) {
    return kLowestId < id && id < kHighestId;
}

// The first, middle and last of the page's records with an id in between; if there is none, another one.
std::vector<Key> pick_samples(const Page& page) {
    std::vector<const Record*> between;
    for (const Record& record : page.records) {
        if (lies_between(record.id)) between.push_back(&record);
    }
    if (between.empty()) between.push_back(&page.records.front());
    std::vector<Key> picked;
    for (const std::size_t index : {std::size_t{0}, between.size() / 2, between.size() - 1}) {
        const Record& record = *between[index];
        const bool known = std::any_of(picked.begin(), picked.end(),
                                       [&](const Key& key) { return std::string_view(key.id) == record.id; });
        if (!known) picked.push_back(key_of(record));
    }
    return picked;
}

std::string seconds_from(const Key& key, int seconds) {
    return (key.modified + std::chrono::seconds(seconds)).to_string();
}

class Prover {
  public:
    Prover(AskPortal ask, const StreamSpec& spec) : ask_(std::move(ask)), spec_(spec) {}

    // No keys: the stream has no record.
    Task<Result<Samples>> find_samples();
    // None: no form works with this record.
    Task<Result<std::optional<Dialect>>> prove(Key sample, Spelling spelling);
    Task<Result<bool>> finds(Dialect dialect, Key sample);

  private:
    // Whether the portal answers a condition on the sample as expected. A refused query counts as no.
    Task<Result<bool>> answers(const Query& query, Expect expect);
    Task<Result<bool>> holds(Dialect dialect, std::string condition, Expect expect);
    Task<Result<bool>> hold(Dialect dialect, std::vector<Proof> proofs);
    std::vector<Proof> id_proofs(const Dialect& dialect) const;
    std::vector<Proof> modified_proofs(const Dialect& dialect) const;
    std::vector<Proof> keyset_proofs(const Dialect& dialect) const;
    Task<Result<Dialect>> prove_rest(Dialect dialect);

    AskPortal ask_;
    const StreamSpec& spec_;
    Key sample_{};
};

Task<Result<Samples>> Prover::find_samples() {
    // The second and third query skip records without a `modified`, which are first in the order.
    const Dialect texts{};
    const Dialect dates{.modified = ModifiedLiteral::date};
    const std::string conditions[] = {where::all(),
                                      where::modified(texts, "$gte", "0001-01-01T00:00:00.0000000Z"),
                                      where::modified(dates, "$gte", "1970-01-01T00:00:00.0000000Z")};
    bool any = false;
    for (const std::string& condition : conditions) {
        Query query{.spec = &spec_, .where = condition, .projection = Projection::keys, .take = kSample};
        CO_TRY_ASSIGN(const PagePtr answer, ask_(query));
        const Page& page = *answer;
        if (!page.records.empty()) co_return Samples{.keys = pick_samples(page), .spelling = page.spelling};
        any = any || page.record_count() > 0;
        if (!any) co_return Samples{};
    }
    co_return Error{.code = ErrorCode::dialect_unknown,
                    .operation = "detect the dialect of " + spec_.entity,
                    .subject = "none of the first records has a usable _id and modified",
                    .hint = "see the quarantine; set portal.dialect manually if it is known"};
}

Task<Result<bool>> Prover::answers(const Query& query, Expect expect) {
    auto asked = ask_(query);
    Result<PagePtr> answer = co_await std::move(asked);
    if (!answer) {
        if (answer.error().code == ErrorCode::refused) co_return false;
        co_return answer.error();
    }
    const Page& page = **answer;
    if (expect == Expect::nothing) co_return page.record_count() == 0;
    co_return page.records.size() == 1 && page.records.front().id == sample_.id;
}

Task<Result<bool>> Prover::holds(Dialect dialect, std::string condition, Expect expect) {
    const Query query{.spec = &spec_,
                      .where = where::of_id(dialect, sample_.id, condition),
                      .projection = Projection::keys,
                      .take = 2};
    Result<bool> held = co_await answers(query, expect);
    if (!held || *held) co_return held;
    // Once more: an erroneously empty listing (hazard 21) must not determine the dialect for years.
    co_return co_await answers(query, expect);
}

Task<Result<bool>> Prover::hold(Dialect dialect, std::vector<Proof> proofs) {
    for (const Proof& proof : proofs) {
        Result<bool> held = co_await holds(dialect, proof.condition, proof.expect);
        if (!held || !*held) co_return held;
    }
    co_return true;
}

std::vector<Proof> Prover::id_proofs(const Dialect& dialect) const {
    // If the stream has only the lowest record. Its keyset fails the proof below, and ties are walked without it.
    const char* const from_lowest = sample_.id == kLowestId ? "$gte" : "$gt";
    return {{where::id(dialect, from_lowest, kLowestId), Expect::found},
            {where::id(dialect, "$gt", sample_.id), Expect::nothing},
            {where::id_in(dialect, {sample_.id}), Expect::found}};
}

std::vector<Proof> Prover::modified_proofs(const Dialect& dialect) const {
    const std::string& m = sample_.modified_text;
    return {{where::modified(dialect, "$gte", m), Expect::found},
            {where::modified(dialect, "$gt", m), Expect::nothing},
            {where::modified(dialect, "$eq", m), Expect::found}};
}

std::vector<Proof> Prover::keyset_proofs(const Dialect& dialect) const {
    const std::string& m = sample_.modified_text;
    return {{where::after(dialect, m, kLowestId), Expect::found},
            {where::after(dialect, m, sample_.id), Expect::nothing},
            {where::after(dialect, seconds_from(sample_, -1), kHighestId), Expect::found}};
}

// Without this, more requests are needed, but nothing else changes.
Task<Result<Dialect>> Prover::prove_rest(Dialect dialect) {
    const std::string& m = sample_.modified_text;
    std::vector<Proof> keyset = keyset_proofs(dialect);
    CO_TRY_ASSIGN(dialect.keyset, hold(dialect, std::move(keyset)));
    std::vector<Proof> lte{{where::modified(dialect, "$lte", m), Expect::found},
                           {where::modified(dialect, "$lte", seconds_from(sample_, -1)), Expect::nothing}};
    CO_TRY_ASSIGN(dialect.lte, hold(dialect, std::move(lte)));
    std::vector<Proof> lt{{where::modified(dialect, "$lt", seconds_from(sample_, 1)), Expect::found},
                          {where::modified(dialect, "$lt", m), Expect::nothing}};
    CO_TRY_ASSIGN(dialect.lt, hold(dialect, std::move(lt)));
    co_return dialect;
}

Task<Result<std::optional<Dialect>>> Prover::prove(Key sample, Spelling spelling) {
    sample_ = std::move(sample);
    for (const IdLiteral id : {IdLiteral::string, IdLiteral::oid}) {
        Dialect dialect{.id = id, .spelling = spelling};
        std::vector<Proof> of_id = id_proofs(dialect);
        CO_TRY_ASSIGN(const bool id_holds, hold(dialect, std::move(of_id)));
        if (!id_holds) continue;
        for (const ModifiedLiteral modified : {ModifiedLiteral::string, ModifiedLiteral::date}) {
            dialect.modified = modified;
            std::vector<Proof> of_modified = modified_proofs(dialect);
            CO_TRY_ASSIGN(const bool modified_holds, hold(dialect, std::move(of_modified)));
            if (!modified_holds) continue;
            CO_TRY_ASSIGN(Dialect proven, prove_rest(dialect));
            co_return std::optional<Dialect>(proven);
        }
    }
    co_return std::optional<Dialect>();
}

Task<Result<bool>> Prover::finds(Dialect dialect, Key sample) {
    sample_ = std::move(sample);
    const std::string& m = sample_.modified_text;
    std::string condition = dialect.keyset && lies_between(sample_.id) ? where::after(dialect, m, kLowestId)
                                                                       : where::modified(dialect, "$gte", m);
    co_return co_await holds(dialect, std::move(condition), Expect::found);
}

// The order may be refused, or too expensive for a server without an index for it.
bool refuses_order(const Result<PagePtr>& answer) {
    return !answer && (answer.error().code == ErrorCode::refused || is_size_suspect(answer.error().code));
}

// The last record in the portal's order; none if it returns none, or refuses the order.
Task<Result<std::optional<Key>>> newest_of(AskPortal ask, const StreamSpec& spec) {
    const Query query{.spec = &spec, .projection = Projection::keys, .take = 1, .order = Order::newest_first};
    auto asked = ask(query);
    Result<PagePtr> answer = co_await std::move(asked);
    if (refuses_order(answer)) co_return std::optional<Key>();
    if (!answer) co_return answer.error();
    if ((*answer)->records.empty()) co_return std::optional<Key>();
    co_return std::optional<Key>(key_of((*answer)->records.front()));
}

// The newest records with the dialect's types; none: that order, or these literals, are refused. A portal may return
// fewer than Take because of its own limit: it is queried until it has no more. The absence of all records is accepted
// after several responses: a lagging replica may also omit them, and without the dialect nothing more would be found
// (simulate --seed 813450 --hours 0.25).
Task<Result<std::optional<std::vector<Timestamp>>>> newest_with(AskPortal ask, const StreamSpec& spec,
                                                                Dialect dialect) {
    std::vector<Timestamp> newest;
    std::size_t empty = 0;
    while (newest.size() < kNewest) {
        const Query query{.spec = &spec,
                          .where = where::of_types(dialect, where::all()),
                          .projection = Projection::keys,
                          .take = kNewest - newest.size(),
                          .skip = newest.size(),
                          .order = Order::newest_first};
        auto asked = ask(query);
        Result<PagePtr> answer = co_await std::move(asked);
        if (refuses_order(answer)) co_return std::optional<std::vector<Timestamp>>();
        if (!answer) co_return answer.error();
        if ((*answer)->records.empty() && (++empty == kEmptyAnswers || !newest.empty())) break;
        for (const Record& record : (*answer)->records)
            newest.push_back(record.modified);
    }
    co_return std::optional(std::move(newest));
}

}  // namespace

Task<Result<bool>> prevails(AskPortal ask, const StreamSpec& spec, Dialect proven, Dialect in_use) {
    CO_TRY_ASSIGN(auto one, newest_with(ask, spec, proven));
    CO_TRY_ASSIGN(auto other, newest_with(ask, spec, in_use));
    if (!one || !other) co_return true;
    // As far back as both responses go.
    Timestamp from{INT64_MIN};
    for (const auto* newest : {&*one, &*other}) {
        if (newest->size() == kNewest) from = std::max(from, newest->back());
    }
    const auto is_within = [&](Timestamp modified) { return from <= modified; };
    co_return std::count_if(one->begin(), one->end(), is_within) >
        std::count_if(other->begin(), other->end(), is_within);
}

AskPortal asking(Fetcher& fetcher) {
    return [&fetcher](const Query& query) { return fetcher.ask(query); };
}

// A sample may be one of the few records of another type (hazard 33): every sample is tested, and the dialect of most
// of the newest records is used.
Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec,
                                                   std::optional<Key> first) {
    Prover prover(ask, spec);
    CO_TRY_ASSIGN(Samples samples, prover.find_samples());
    if (samples.keys.empty()) co_return std::optional<Dialect>{};
    std::vector<Key>& keys = samples.keys;
    if (first) keys.insert(keys.begin(), std::move(*first));
    // MongoDB orders by type first, and the portal may return few records at once: the others may all be of one type.
    CO_TRY_ASSIGN(auto newest, newest_of(ask, spec));
    if (newest && lies_between(newest->id)) keys.push_back(std::move(*newest));
    std::optional<Dialect> best;
    for (const Key& key : keys) {
        if (best) {
            CO_TRY_ASSIGN(const bool found, prover.finds(*best, key));
            if (found) continue;
        }
        CO_TRY_ASSIGN(std::optional<Dialect> proven, prover.prove(key, samples.spelling));
        if (!proven) continue;
        if (best) {
            CO_TRY_ASSIGN(auto prevailing, prevails(ask, spec, *proven, *best));
            if (!prevailing) continue;
        }
        best = proven;
    }
    if (best) co_return best;
    co_return Error{
        .code = ErrorCode::dialect_unknown,
        .operation = "detect the dialect of " + spec.entity,
        .subject = "no known query form finds a record that the portal just returned",
        .hint = "nothing was stored; see the portal's query documentation and set portal.dialect manually"};
}

Task<Result<std::optional<Key>>> find_unmatched(AskPortal ask, const StreamSpec& spec, Dialect dialect,
                                                std::optional<Key> sample) {
    if (!sample) {
        auto looking = newest_of(ask, spec);
        Result<std::optional<Key>> newest = co_await std::move(looking);
        if (!newest || !*newest) co_return newest;
        sample = std::move(**newest);
    }
    Prover prover(std::move(ask), spec);
    Key key = *sample;
    CO_TRY_ASSIGN(const bool found, prover.finds(dialect, std::move(key)));
    co_return found ? std::optional<Key>() : std::move(sample);
}

namespace {

// After so many passes in a row that brought nothing; if they do, after as many and at least an hour.
constexpr std::size_t kPassesToProve = 12;
constexpr Duration kProveEvery = std::chrono::hours(1);

// Whether the record is found by literals of other types alone. False: it is found by none, since it has moved or is
// gone.
Task<Result<bool>> has_other_types(AskPortal ask, const StreamSpec& spec, Key key, Dialect in_use) {
    Prover prover(std::move(ask), spec);
    CO_TRY_ASSIGN(auto proven, prover.prove(std::move(key), in_use.spelling));
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
    // A proof of an earlier version of this program does not cover `$lte`: it is tested once per process.
    const bool complete = in_use.lte || std::exchange(memory.lte_tried, true);
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
