#include "sync/stream/prove.hpp"

#include "base/co_try.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/all_of.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

namespace carecloud {
namespace {

constexpr std::size_t kSample = 100;
constexpr std::size_t kNewest = 20;       // records that determine which type prevails
constexpr std::size_t kEmptyAnswers = 4;  // until the absence of a type is accepted
constexpr std::string_view kLowestId = "000000000000000000000000";
constexpr std::string_view kHighestId = "ffffffffffffffffffffffff";

enum class Expect { found, nothing };

// The records to prove with, and the format of the portal's responses.
struct Samples {
    std::vector<Key> keys;
    Spelling spelling = Spelling::camel;
};

Key key_of(const Record& record) {
    return {std::string(record.id), std::string(record.modified_text), record.modified};
}

// Whether the id lies between the two ids of the queries. .NET's empty ObjectId, for example, is the lowest.
bool lies_between(std::string_view id) {
    return kLowestId < id && id < kHighestId;
}

// The first, middle and last of the page's records with an id in between; if there is none, another one.
Samples samples_of(const Page& page) {
    std::vector<const Record*> between;
    for (const Record& record : page.records) {
        if (lies_between(record.id)) between.push_back(&record);
    }
    if (between.empty()) between.push_back(&page.records.front());
    Samples samples{.keys = {}, .spelling = page.spelling};
    std::vector<Key>& picked = samples.keys;
    for (const std::size_t index : {std::size_t{0}, between.size() / 2, between.size() - 1}) {
        const Record& record = *between[index];
        const bool known = std::any_of(picked.begin(), picked.end(),
                                       [&](const Key& key) { return std::string_view(key.id) == record.id; });
        if (!known) picked.push_back(key_of(record));
    }
    return samples;
}

std::string seconds_from(const Key& key, int seconds) {
    return (key.modified + std::chrono::seconds(seconds)).to_string();
}

// A condition on a record, whether it must find the record, and whether it does.
struct Proof {
    std::string condition;
    Expect expect = Expect::found;
    bool holds = false;
};

bool all_hold(const std::vector<Proof>& proofs) {
    return std::all_of(proofs.begin(), proofs.end(), [](const Proof& proof) { return proof.holds; });
}

// The proofs of one dialect with one record: all are requested at once.
struct Proofs {
    std::vector<Proof> types;  // of the literals: without these the dialect is another
    std::vector<Proof> keyset;
    std::vector<Proof> lte;
    std::vector<Proof> lt;
};

Proofs proofs_of(const Dialect& dialect, const Key& sample);

struct Sight {
    Key key;
    bool found = false;  // by the dialect
};

class Prover {
  public:
    Prover(AskPortal ask, const StreamSpec& spec) : ask_(std::move(ask)), spec_(spec) {}

    // Of `listed` if it has any. No keys: the stream has no record.
    Task<Result<Samples>> find_samples(const Page* listed);
    Task<Result<std::optional<Dialect>>> prove(Key sample, Spelling spelling);
    // The literal forms that find the record, the preferred one first.
    Task<Result<std::vector<Dialect>>> forms(Key sample, Spelling spelling);
    // Proves one of them; std::nullopt: its literals fail. Tests the others, too, in the same round of requests.
    Task<Result<std::optional<Dialect>>> prove_form(Dialect dialect, Key sample, std::vector<Sight>* others);
    Task<Result<bool>> finds(Dialect dialect, Key sample);

  private:
    Task<Result<bool>> answers(const Query& query, const Key& sample, Expect expect);
    // Whether the portal answers a condition on the record as expected. A refused query counts as no.
    Task<Result<bool>> holds(Dialect dialect, const Key& sample, std::string condition, Expect expect);
    Task<Result<>> test(const Dialect& dialect, const Key& sample, Proof& proof);
    Task<Result<>> see(const Dialect& dialect, Sight& sight);
    Task<Result<>> try_form(const Dialect& dialect, const Key& sample, char& found);

    AskPortal ask_;
    const StreamSpec& spec_;
};

Task<Result<Samples>> Prover::find_samples(const Page* listed) {
    if (listed && !listed->records.empty()) co_return samples_of(*listed);
    // The second and third query skip records without a `modified`, which are first in the order.
    const Dialect texts{};
    const Dialect dates{.modified = ModifiedLiteral::date};
    const std::string conditions[] = {where::all(),
                                      where::modified(texts, "$gte", "0001-01-01T00:00:00.0000000Z"),
                                      where::modified(dates, "$gte", "1970-01-01T00:00:00.0000000Z")};
    bool any = false;
    for (const std::string& condition : conditions) {
        Query query{.spec = &spec_, .where = condition, .projection = Projection::keys, .take = kSample};
        CO_TRY_ASSIGN(const PagePtr page, ask_(query));
        if (!page->records.empty()) co_return samples_of(*page);
        any = any || page->record_count() > 0;
        if (!any) co_return Samples{};
    }
    co_return Error{.code = ErrorCode::dialect_unknown,
                    .operation = "detect the dialect of " + spec_.entity,
                    .subject = "none of the first records has a usable _id and modified",
                    .hint = "see the quarantine; set portal.dialect manually if it is known"};
}

Task<Result<bool>> Prover::answers(const Query& query, const Key& sample, Expect expect) {
    auto asked = ask_(query);
    Result<PagePtr> answer = co_await std::move(asked);
    if (!answer) co_return answer.error();
    const Page& page = **answer;
    if (expect == Expect::nothing) co_return page.record_count() == 0;
    co_return page.records.size() == 1 && page.records.front().id == sample.id;
}

Task<Result<bool>> Prover::holds(Dialect dialect, const Key& sample, std::string condition, Expect expect) {
    const Query query{.spec = &spec_,
                      .where = where::of_id(dialect, sample.id, condition),
                      .projection = Projection::keys,
                      .take = 2};
    Result<bool> held = co_await answers(query, sample, expect);
    // Once more: an erroneously empty listing (hazard 21) must not determine the dialect for years.
    if (held && !*held) held = co_await answers(query, sample, expect);
    if (!held && held.error().code == ErrorCode::refused) co_return false;
    co_return held;
}

Task<Result<>> Prover::test(const Dialect& dialect, const Key& sample, Proof& proof) {
    CO_TRY_ASSIGN(proof.holds, holds(dialect, sample, proof.condition, proof.expect));
    co_return Result<>{};
}

Proofs proofs_of(const Dialect& dialect, const Key& sample) {
    const std::string& m = sample.modified_text;
    // If the stream has only the lowest record. Its keyset fails the proof below, and ties are walked without it.
    const char* const from_lowest = sample.id == kLowestId ? "$gte" : "$gt";
    return {.types = {{where::id(dialect, from_lowest, kLowestId), Expect::found},
                      {where::id(dialect, "$gt", sample.id), Expect::nothing},
                      {where::id_in(dialect, {sample.id}), Expect::found},
                      {where::modified(dialect, "$gt", m), Expect::nothing},
                      {where::modified(dialect, "$eq", m), Expect::found}},
            .keyset = {{where::after(dialect, m, kLowestId), Expect::found},
                       {where::after(dialect, m, sample.id), Expect::nothing},
                       {where::after(dialect, seconds_from(sample, -1), kHighestId), Expect::found}},
            .lte = {{where::modified(dialect, "$lte", m), Expect::found},
                    {where::modified(dialect, "$lte", seconds_from(sample, -1)), Expect::nothing}},
            .lt = {{where::modified(dialect, "$lt", seconds_from(sample, 1)), Expect::found},
                   {where::modified(dialect, "$lt", m), Expect::nothing}}};
}

Task<Result<>> Prover::see(const Dialect& dialect, Sight& sight) {
    CO_TRY_ASSIGN(sight.found, finds(dialect, sight.key));
    co_return Result<>{};
}

Task<Result<>> Prover::try_form(const Dialect& dialect, const Key& sample, char& found) {
    const Query query{
        .spec = &spec_,
        .where = where::of_id(dialect, sample.id, where::modified(dialect, "$gte", sample.modified_text)),
        .projection = Projection::keys,
        .take = 2};
    auto asking = answers(query, sample, Expect::found);
    const Result<bool> shown = co_await std::move(asking);
    if (!shown && shown.error().code != ErrorCode::refused) co_return shown.error();
    found = shown && *shown;
    co_return Result<>{};
}

Task<Result<std::vector<Dialect>>> Prover::forms(Key sample, Spelling spelling) {
    std::vector<Dialect> all;
    for (const IdLiteral id : {IdLiteral::string, IdLiteral::oid}) {
        for (const ModifiedLiteral modified : {ModifiedLiteral::string, ModifiedLiteral::date})
            all.push_back({.modified = modified, .id = id, .spelling = spelling});
    }
    std::vector<Dialect> found;
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    for (int attempt = 0; found.empty() && attempt < 2; ++attempt) {  // hazard 21, as above
        std::vector<char> shown(all.size());
        std::vector<Task<Result<>>> tasks;
        for (std::size_t i = 0; i < all.size(); ++i)
            tasks.push_back(try_form(all[i], sample, shown[i]));
        CO_TRY(all_results(executor, std::move(tasks)));
        for (std::size_t i = 0; i < all.size(); ++i)
            if (shown[i]) found.push_back(all[i]);
    }
    co_return found;
}

Task<Result<std::optional<Dialect>>> Prover::prove_form(Dialect dialect, Key sample,
                                                        std::vector<Sight>* others) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    Proofs proofs = proofs_of(dialect, sample);
    Dialect plain = dialect;
    plain.keyset = false;  // not proven yet
    std::vector<Task<Result<>>> tasks;
    for (std::vector<Proof>* const some : {&proofs.types, &proofs.keyset, &proofs.lte, &proofs.lt}) {
        for (Proof& proof : *some)
            tasks.push_back(test(dialect, sample, proof));
    }
    if (others) {
        for (Sight& sight : *others)
            tasks.push_back(see(plain, sight));
    }
    CO_TRY(all_results(executor, std::move(tasks)));
    if (!all_hold(proofs.types)) co_return std::optional<Dialect>();
    dialect.keyset = all_hold(proofs.keyset);
    dialect.lte = all_hold(proofs.lte);
    dialect.lt = all_hold(proofs.lt);
    co_return std::optional(dialect);
}

Task<Result<std::optional<Dialect>>> Prover::prove(Key sample, Spelling spelling) {
    CO_TRY_ASSIGN(auto found, forms(sample, spelling));
    for (const Dialect& form : found) {
        CO_TRY_ASSIGN(auto proven, prove_form(form, sample, nullptr));
        if (proven) co_return proven;
    }
    co_return std::optional<Dialect>();
}

Task<Result<bool>> Prover::finds(Dialect dialect, Key sample) {
    const std::string& m = sample.modified_text;
    std::string condition = dialect.keyset && lies_between(sample.id) ? where::after(dialect, m, kLowestId)
                                                                      : where::modified(dialect, "$gte", m);
    co_return co_await holds(dialect, sample, std::move(condition), Expect::found);
}

// The order may be refused, or too expensive for a server without an index for it.
bool refuses_order(const Result<PagePtr>& answer) {
    return !answer && (answer.error().code == ErrorCode::refused || is_size_suspect(answer.error().code));
}

// The last record in the portal's order; std::nullopt if it returns none, or refuses the order.
Task<Result<std::optional<Key>>> newest_of(AskPortal ask, const StreamSpec& spec) {
    const Query query{.spec = &spec, .projection = Projection::keys, .take = 1, .order = Order::newest_first};
    auto asked = ask(query);
    Result<PagePtr> answer = co_await std::move(asked);
    if (refuses_order(answer)) co_return std::optional<Key>();
    if (!answer) co_return answer.error();
    if ((*answer)->records.empty()) co_return std::optional<Key>();
    co_return std::optional<Key>(key_of((*answer)->records.front()));
}

// The newest records with the dialect's types; std::nullopt: that order, or these literals, are refused. A portal may
// return fewer than Take because of its own limit: it is queried until it has no more. The absence of all records is
// accepted after several responses: a lagging replica may also omit them, and without the dialect nothing more would be
// found (simulate --seed 813450 --hours 0.25).
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

namespace {

Task<Result<>> find_newest(AskPortal ask, const StreamSpec& spec, std::optional<Key>& newest) {
    CO_TRY_ASSIGN(newest, newest_of(std::move(ask), spec));
    co_return Result<>{};
}

Task<Result<>> find_forms(Prover& prover, Key sample, Spelling spelling, std::vector<Dialect>& found) {
    CO_TRY_ASSIGN(found, prover.forms(std::move(sample), spelling));
    co_return Result<>{};
}

}  // namespace

// In rounds of requests: samples; forms of literals, and the newest record; proofs. A sample may be one of the few
// records of another type (hazard 33): all are tested, and the dialect of most of the newest records is used.
Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec,
                                                   std::optional<Key> first, const Page* listed) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    Prover prover(ask, spec);
    CO_TRY_ASSIGN(Samples samples, prover.find_samples(listed));
    if (samples.keys.empty()) co_return std::optional<Dialect>{};
    std::vector<Key>& keys = samples.keys;
    if (first) keys.insert(keys.begin(), std::move(*first));
    // MongoDB orders by type first, and the portal may return few records at once: the others may all be of one type.
    std::optional<Key> newest;
    std::vector<Dialect> forms;
    std::vector<Task<Result<>>> round;
    round.push_back(find_newest(ask, spec, newest));
    round.push_back(find_forms(prover, keys.front(), samples.spelling, forms));
    CO_TRY(all_results(executor, std::move(round)));
    if (newest && lies_between(newest->id)) keys.push_back(std::move(*newest));
    std::vector<Sight> others;
    for (std::size_t i = 1; i < keys.size(); ++i)
        others.push_back({.key = keys[i]});
    std::optional<Dialect> best;
    for (const Dialect& form : forms) {
        if (best) break;
        CO_TRY_ASSIGN(best, prover.prove_form(form, keys.front(), &others));
    }
    for (Sight& sight : others) {
        if (best && sight.found) continue;
        CO_TRY_ASSIGN(std::optional<Dialect> proven, prover.prove(sight.key, samples.spelling));
        if (!proven) continue;
        if (best) {
            CO_TRY_ASSIGN(auto prevailing, prevails(ask, spec, *proven, *best));
            if (!prevailing) continue;
        }
        best = proven;
        for (Sight& other : others) {
            CO_TRY_ASSIGN(other.found, prover.finds(*best, other.key));
        }
    }
    if (best) co_return best;
    co_return Error{
        .code = ErrorCode::dialect_unknown,
        .operation = "detect the dialect of " + spec.entity,
        .subject = "no known query form finds a record that the portal just returned",
        .hint = "nothing was stored; see the portal's query documentation and set portal.dialect manually"};
}

Task<Result<std::optional<Dialect>>> prove_with(AskPortal ask, const StreamSpec& spec, Key sample,
                                                Spelling spelling) {
    Prover prover(std::move(ask), spec);
    CO_TRY_ASSIGN(auto proven, prover.prove(std::move(sample), spelling));
    co_return proven;
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
    CO_TRY_ASSIGN(const bool found, prover.finds(dialect, *sample));
    co_return found ? std::optional<Key>() : std::move(sample);
}

}  // namespace carecloud
