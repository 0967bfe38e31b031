#include "sync/prove.hpp"

#include <string>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kSample = 100;
constexpr std::string_view kLowestId = "000000000000000000000000";
constexpr std::string_view kHighestId = "ffffffffffffffffffffffff";

enum class Expect { found, nothing };

// The record that everything is proven with.
struct Sample {
    Key key;
    Spelling spelling;
};

class Prover {
  public:
    Prover(AskPortal ask, const StreamSpec& spec) : ask_(std::move(ask)), spec_(spec) {}

    Task<Result<std::optional<Sample>>> find_sample();
    Task<Result<std::optional<Dialect>>> prove(Sample sample);

  private:
    // Whether the portal answers a condition on the sample as expected. A refused query is an answer: it is
    // no.
    Task<Result<bool>> answers(const Query& query, Expect expect);
    Task<Result<bool>> holds(Dialect dialect, std::string condition, Expect expect);
    Task<Result<bool>> holds_id(Dialect dialect);
    Task<Result<bool>> holds_modified(Dialect dialect);
    Task<Result<bool>> holds_keyset(Dialect dialect);

    AskPortal ask_;
    const StreamSpec& spec_;
    Sample sample_{};
};

Task<Result<std::optional<Sample>>> Prover::find_sample() {
    // The second and third question pass over records without a `modified`, which stand first in the order.
    const Dialect texts{};
    const Dialect dates{.modified = ModifiedLiteral::date};
    const std::string conditions[] = {where::all(),
                                      where::modified(texts, "$gte", "0001-01-01T00:00:00.0000000Z"),
                                      where::modified(dates, "$gte", "1970-01-01T00:00:00.0000000Z")};
    bool any = false;
    for (const std::string& condition : conditions) {
        Query query{.spec = &spec_, .where = condition, .projection = Projection::keys, .take = kSample};
        auto asking = ask_(query);
        Result<PagePtr> answer = co_await std::move(asking);
        if (!answer) co_return answer.error();
        const Page& page = **answer;
        if (!page.records.empty()) {
            const Record& record = page.records.front();
            Key key{std::string(record.id), std::string(record.modified_text), record.modified};
            co_return Sample{.key = std::move(key), .spelling = page.spelling};
        }
        any = any || page.record_count() > 0;
        if (!any) co_return std::optional<Sample>{};
    }
    co_return Error{.code = ErrorCode::dialect_unknown,
                    .operation = "prove the dialect of " + spec_.entity,
                    .subject = "none of the first records has a usable _id and modified",
                    .hint = "see the quarantine; set portal.dialect by hand if the portal is known"};
}

Task<Result<bool>> Prover::answers(const Query& query, Expect expect) {
    auto asking = ask_(query);
    Result<PagePtr> answer = co_await std::move(asking);
    if (!answer) {
        if (answer.error().code == ErrorCode::refused) co_return false;
        co_return answer.error();
    }
    const Page& page = **answer;
    if (expect == Expect::nothing) co_return page.record_count() == 0;
    co_return page.records.size() == 1 && page.records.front().id == sample_.key.id;
}

Task<Result<bool>> Prover::holds(Dialect dialect, std::string condition, Expect expect) {
    const Query query{.spec = &spec_,
                      .where = where::of_id(dialect, sample_.key.id, condition),
                      .projection = Projection::keys,
                      .take = 2};
    Result<bool> held = co_await answers(query, expect);
    if (!held || *held) co_return held;
    // Once more: an empty listing by mistake (hazard 21) must not decide for years how a portal is asked.
    co_return co_await answers(query, expect);
}

Task<Result<bool>> Prover::holds_id(Dialect dialect) {
    const std::pair<std::string, Expect> proofs[] = {
        {where::id(dialect, "$gt", kLowestId), Expect::found},
        {where::id(dialect, "$gt", sample_.key.id), Expect::nothing},
        {where::id_in(dialect, {sample_.key.id}), Expect::found},
    };
    for (const auto& [condition, expect] : proofs) {
        Result<bool> held = co_await holds(dialect, condition, expect);
        if (!held || !*held) co_return held;
    }
    co_return true;
}

Task<Result<bool>> Prover::holds_modified(Dialect dialect) {
    const std::string& m = sample_.key.modified_text;
    const std::pair<std::string, Expect> proofs[] = {
        {where::modified(dialect, "$gte", m), Expect::found},
        {where::modified(dialect, "$gt", m), Expect::nothing},
        {where::modified(dialect, "$eq", m), Expect::found},
    };
    for (const auto& [condition, expect] : proofs) {
        Result<bool> held = co_await holds(dialect, condition, expect);
        if (!held || !*held) co_return held;
    }
    co_return true;
}

Task<Result<bool>> Prover::holds_keyset(Dialect dialect) {
    const std::string& m = sample_.key.modified_text;
    const std::string earlier =
        Timestamp{sample_.key.modified.ticks - Timestamp::ticks_per_second}.to_string();
    const std::pair<std::string, Expect> proofs[] = {
        {where::after(dialect, m, kLowestId), Expect::found},
        {where::after(dialect, m, sample_.key.id), Expect::nothing},
        {where::after(dialect, earlier, kHighestId), Expect::found},
    };
    for (const auto& [condition, expect] : proofs) {
        Result<bool> held = co_await holds(dialect, condition, expect);
        if (!held || !*held) co_return held;
    }
    co_return true;
}

Task<Result<std::optional<Dialect>>> Prover::prove(Sample sample) {
    sample_ = std::move(sample);
    for (const IdLiteral id : {IdLiteral::string, IdLiteral::oid}) {
        Dialect dialect{.id = id, .spelling = sample_.spelling};
        Result<bool> id_holds = co_await holds_id(dialect);
        if (!id_holds) co_return id_holds.error();
        if (!*id_holds) continue;
        for (const ModifiedLiteral modified : {ModifiedLiteral::string, ModifiedLiteral::date}) {
            dialect.modified = modified;
            Result<bool> modified_holds = co_await holds_modified(dialect);
            if (!modified_holds) co_return modified_holds.error();
            if (!*modified_holds) continue;
            Result<bool> keyset_holds = co_await holds_keyset(dialect);
            if (!keyset_holds) co_return keyset_holds.error();
            dialect.keyset = *keyset_holds;
            co_return dialect;
        }
    }
    co_return Error{
        .code = ErrorCode::dialect_unknown,
        .operation = "prove the dialect of " + spec_.entity,
        .subject = "no form of a literal finds a record that the portal has just shown",
        .hint = "nothing was stored; see the portal's query documentation and set portal.dialect by hand"};
}

}  // namespace

Task<Result<std::optional<Dialect>>> prove_dialect(AskPortal ask, const StreamSpec& spec) {
    Prover prover(std::move(ask), spec);
    Result<std::optional<Sample>> sample = co_await prover.find_sample();
    if (!sample) co_return sample.error();
    if (!*sample) co_return std::optional<Dialect>{};
    Sample found = std::move(**sample);
    co_return co_await prover.prove(std::move(found));
}

Task<Result<std::optional<Dialect>>> prove_dialect(Fetcher& fetcher, const StreamSpec& spec) {
    return prove_dialect([&fetcher](const Query& query) { return fetcher.ask(query); }, spec);
}

}  // namespace carecloud
