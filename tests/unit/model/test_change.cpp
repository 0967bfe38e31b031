#include "model/batch.hpp"
#include "model/change.hpp"

#include <map>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = Timestamp::ticks_per_second;
const Hash kHash{std::byte{1}};
const Hash kOther{std::byte{2}};
constexpr Duration kOverlap = 10min;

// A time, in seconds after the held version's `modified`.
Timestamp at(std::int64_t seconds) {
    return {1'000'000 * kSecond + seconds * kSecond};
}

HeldVersion held(ChangeKind last = ChangeKind::created) {
    return {.modified = at(0), .hash = kHash, .last_change = last};
}

// A version that was requested when every replica returns the held one.
Arrival arriving(std::int64_t modified, const Hash& hash = kOther) {
    return {.modified = at(modified), .hash = hash, .asked_at = at(600), .overlap = kOverlap};
}

Decision decided(const HeldVersion& version, const Arrival& arrival) {
    return decide(&version, arrival);
}

}  // namespace

TEST_CASE("a new record is created, or disabled if received as disabled") {
    Arrival arrival = arriving(0);
    CHECK(decide(nullptr, arrival).kind == ChangeKind::created);
    CHECK(decide(nullptr, arrival).verdict == Verdict::take);
    arrival.disabled = true;
    CHECK(decide(nullptr, arrival).kind == ChangeKind::disabled);
}

TEST_CASE("a deleted record is restored") {
    CHECK(decided(held(ChangeKind::disabled), arriving(1)).kind == ChangeKind::restored);
    Arrival disabled = arriving(1);
    disabled.disabled = true;
    CHECK(decided(held(ChangeKind::disabled), disabled).kind == ChangeKind::disabled);
    const Decision same = decided(held(ChangeKind::deleted), arriving(0, kHash));
    CHECK(same.verdict == Verdict::take);
    CHECK(same.kind == ChangeKind::restored);
}

TEST_CASE(
    "a response that was not requested after the denial does not restore a deleted record (hazard 22)") {
    Arrival early = arriving(0, kHash);
    early.in_order = false;
    const Decision decision = decided(held(ChangeKind::deleted), early);
    CHECK(decision.verdict == Verdict::doubt);
    CHECK(decision.ask_at == early.asked_at);  // immediately
}

// Every combination of the conditions of hazard 30, without reversals.
TEST_CASE("a version is taken if no replica can be behind the one that returned it, and doubted otherwise") {
    struct Row {
        std::int64_t modified;  // of the arriving version; the held one's is 0
        bool same_bytes;
        bool had_before;
        bool in_order;
        std::int64_t asked_at;
        Verdict verdict;
        std::int64_t ask_at;  // of a doubt
    };
    const Row row = GENERATE(values<Row>({
        // The version held.
        {0, true, false, true, 1, Verdict::unchanged, 0},
        {0, true, false, false, 1, Verdict::unchanged, 0},
        // Newer, and never held before: immediately, whatever the order of the responses.
        {1, false, false, true, 1, Verdict::take, 0},
        {1, false, false, false, 1, Verdict::take, 0},
        {1, true, false, true, 1, Verdict::take, 0},
        // Newer, but the record had it before: lagging replicas return such versions, too.
        {1, false, true, true, 599, Verdict::doubt, 600},
        {1, false, true, true, 600, Verdict::take, 0},
        {1, false, true, false, 600, Verdict::doubt, 600},
        // Older.
        {-2, false, false, true, 1, Verdict::doubt, 600},
        {-2, false, false, true, 599, Verdict::doubt, 600},
        {-2, false, false, true, 600, Verdict::take, 0},
        {-2, false, false, false, 601, Verdict::doubt, 600},
        {-2, false, true, true, 600, Verdict::take, 0},
        // The same `modified` with other bytes.
        {0, false, false, true, 1, Verdict::doubt, 600},
        {0, false, false, true, 600, Verdict::take, 0},
        {0, false, true, true, 600, Verdict::take, 0},
        // The held version is dated in the future by more than the tolerance.
        {-100, false, false, true, -61, Verdict::take, 0},
        {-100, false, false, true, -60, Verdict::doubt, 600},
        {-100, false, false, false, -61, Verdict::doubt, -61},
    }));
    CAPTURE(row.modified, row.same_bytes, row.had_before, row.in_order, row.asked_at);
    const Arrival arrival{.modified = at(row.modified),
                          .hash = row.same_bytes ? kHash : kOther,
                          .asked_at = at(row.asked_at),
                          .in_order = row.in_order,
                          .had_before = row.had_before,
                          .overlap = kOverlap};
    const Decision decision = decided(held(), arrival);
    CHECK(decision.verdict == row.verdict);
    CHECK(decision.ask_at == (row.verdict == Verdict::doubt ? std::optional(at(row.ask_at)) : std::nullopt));
    CHECK((decision.reversal > 0) == (row.verdict == Verdict::take && row.had_before));
}

TEST_CASE("any version in a response requested after the doubt became due is taken") {
    HeldVersion doubted = held();
    doubted.ask_at = at(600);
    doubted.reversals = 5;
    Arrival due = arriving(-2);
    due.had_before = true;
    CHECK(decided(doubted, due).verdict == Verdict::take);
    CHECK(decided(doubted, due).reversal == 6);
    CHECK_FALSE(decided(doubted, due).ask_at);
    CHECK_FALSE(decided(doubted, arriving(0, kHash)).ask_at);  // the version held: the doubt is resolved

    Arrival early = arriving(0, kHash);
    early.asked_at = at(599);
    CHECK(decided(doubted, early).ask_at == at(600));  // a lagging replica may have returned it
    due.in_order = false;
    CHECK(decided(doubted, due).verdict == Verdict::doubt);
}

TEST_CASE("a newer version is taken immediately while the record is doubted, and still requested again") {
    HeldVersion doubted = held();
    doubted.ask_at = at(600);
    Arrival newer = arriving(100);
    newer.asked_at = at(101);
    const Decision decision = decided(doubted, newer);
    CHECK(decision.verdict == Verdict::take);
    CHECK(decision.ask_at == at(700));
}

TEST_CASE("a third content with one `modified` is unsteady, and the doubt stays unchanged") {
    HeldVersion doubted = held();
    doubted.ask_at = at(600);
    doubted.doubted = kOther;
    Hash third_hash = kOther;
    third_hash[0] = static_cast<decltype(third_hash)::value_type>(7);
    Arrival third = arriving(0, third_hash);
    third.asked_at = at(300);
    CHECK(decided(doubted, third).verdict == Verdict::unsteady);
    CHECK(decided(doubted, third).ask_at == at(600));
    Arrival second = arriving(0);
    second.asked_at = at(300);
    CHECK(decided(doubted, second).verdict == Verdict::doubt);
    third.asked_at = at(600);
    CHECK(decided(doubted, third).verdict == Verdict::take);
}

TEST_CASE("the second and each further reversal is doubted for the overlap, twice, four times … a day") {
    HeldVersion version = held();
    Arrival back = arriving(-2);
    back.had_before = true;
    back.asked_at = at(100'000);
    CHECK(decided(version, back).verdict == Verdict::take);
    CHECK(decided(version, back).reversal == 1);
    const auto [before, seconds] = GENERATE(table<std::uint64_t, std::int64_t>(
        {{1, 600}, {2, 1'200}, {3, 2'400}, {8, 76'800}, {9, 86'400}, {99, 86'400}}));
    CAPTURE(before);
    version.reversals = before;
    const Decision decision = decided(version, back);
    CHECK(decision.verdict == Verdict::doubt);
    CHECK(decision.ask_at == at(100'000 + seconds));
    // Returned once more before: the time stays.
    version.ask_at = decision.ask_at;
    back.asked_at = at(100'100);
    CHECK(decided(version, back).ask_at == decision.ask_at);
}

TEST_CASE("reversals are doubted longer each time without an overlap, too") {
    HeldVersion version = held();
    Arrival back = arriving(-2);
    back.had_before = true;
    back.overlap = 0s;
    back.asked_at = at(100'000);
    version.reversals = 1;
    CHECK(decided(version, back).ask_at == at(100'060));
    version.reversals = 3;
    CHECK(decided(version, back).ask_at == at(100'240));
}

TEST_CASE(
    "regression: the second reversal was taken when an earlier doubt was due, or from overlapping "
    "responses") {
    HeldVersion version = held();
    version.reversals = 1;
    Arrival back = arriving(-1);
    back.had_before = true;
    // Two overlapping responses: the other one contained the held version.
    back.in_order = false;
    CHECK(decided(version, back).ask_at == at(1200));
    version.ask_at = at(590);
    CHECK(decided(version, back).ask_at == at(1200));
    version.ask_at = at(700);
    CHECK(decided(version, back).ask_at == at(700));

    version.reversals = 0;
    back.in_order = true;
    const Decision first = decided(version, back);
    CHECK(first.reversal == 1);
    CHECK(first.ask_at == at(1200));
}

TEST_CASE("bytes that change with one `modified` are taken once per day, and immediately on request") {
    HeldVersion version = held(ChangeKind::updated);
    version.unmoved = true;
    Arrival other = arriving(0);
    CHECK(decided(version, other).verdict == Verdict::unsteady);
    CHECK(decided(version, arriving(1)).verdict == Verdict::take);  // `modified` has changed
    other.on_demand = true;
    CHECK(decided(version, other).verdict == Verdict::take);
    version.unmoved = false;  // a day has passed, or the change before changed `modified`
    other.on_demand = false;
    CHECK(decided(version, other).verdict == Verdict::take);
}

// lib/sync/DESIGN.md, hazard 30, and at most one row a day for bytes that differ in each response.
TEST_CASE("a doubt that is due is no reason for a second change per day that keeps `modified`") {
    HeldVersion version = held(ChangeKind::updated);
    version.unmoved = true;
    version.ask_at = at(50);
    Arrival other = arriving(0, kOther);
    other.asked_at = at(100);
    CHECK(decided(version, other).verdict == Verdict::unsteady);
    CHECK_FALSE(decided(version, other).ask_at);
    Arrival newer = arriving(1, kOther);
    newer.asked_at = at(100);
    CHECK(decided(version, newer).verdict == Verdict::take);
    // Doubted since then with the same `modified`: an event or an operator requested it.
    version.doubted = Hash{std::byte{9}};
    CHECK(decided(version, other).verdict == Verdict::take);
}

TEST_CASE("a held version that was requested with the current configuration is in its format") {
    Page page;
    page.records.emplace_back();
    Batch batch{.page = std::make_shared<const Page>(std::move(page)), .first_met = {true}};
    batch.configured_at = MonoTime{Duration(100)};
    const Record& record = batch.page->records.front();
    CHECK(arrival_of(batch, record).first_met);
    CHECK(arrival_of(batch, record, {{Duration(99)}, {Duration(101)}}).first_met);
    CHECK_FALSE(arrival_of(batch, record, {{Duration(100)}, {Duration(101)}}).first_met);
}

TEST_CASE(
    "a version first seen with a configuration is not a return to an earlier version, except for its "
    "`modified`") {
    HeldVersion version = held(ChangeKind::updated);
    version.unmoved = true;
    version.reversals = 4;
    Arrival reworded = arriving(0);
    reworded.asked_at = at(100'000);
    reworded.had_before = true;
    CHECK(decided(version, reworded).verdict == Verdict::unsteady);
    reworded.first_met = true;
    CHECK(decided(version, reworded).verdict == Verdict::take);
    CHECK(decided(version, reworded).reversal == 0);
    Arrival back = arriving(-2);
    back.asked_at = at(100'000);
    back.had_before = back.first_met = true;
    CHECK(decided(version, back).verdict == Verdict::doubt);
}

TEST_CASE(
    "a record's history shows whether a version was held before, and how often it reverted within a day") {
    constexpr std::int64_t kHour = 3600;
    std::map<std::uint64_t, PastChange> log{
        {1,
         {.modified = at(-9), .hash = kHash, .committed_at = at(-90 * kHour), .reversal = 7, .previous = 0}},
        {2,
         {.modified = at(-8), .hash = kOther, .committed_at = at(-2 * kHour), .reversal = 3, .previous = 1}},
        {3, {.modified = at(0), .hash = kOther, .committed_at = at(-kHour), .reversal = 0, .previous = 2}},
    };
    const PastChanges past = [&](std::uint64_t seq) -> std::optional<PastChange> {
        const auto found = log.find(seq);
        return found == log.end() ? std::nullopt : std::optional(found->second);
    };
    const PastChange newest{.modified = at(0), .hash = kHash, .committed_at = at(0), .previous = 3};
    HeldVersion version = held(ChangeKind::updated);
    Arrival arrival = arriving(-8, kOther);
    recall(version, arrival, newest, at(1), past);
    CHECK(arrival.had_before);
    CHECK(version.unmoved);
    CHECK(version.reversals == 3);

    HeldVersion later_on = held(ChangeKind::updated);
    Arrival unknown = arriving(-8, kHash);
    recall(later_on, unknown, newest, at(25 * kHour), past);
    CHECK_FALSE(unknown.had_before);
    CHECK_FALSE(later_on.unmoved);  // the last change is more than a day old
    CHECK(later_on.reversals == 0);

    log.erase(3);  // pruned
    HeldVersion pruned = held(ChangeKind::updated);
    recall(pruned, arrival, newest, at(1), past);
    CHECK_FALSE(pruned.unmoved);
}

TEST_CASE("the log of responses shows which one brought a change") {
    const auto answer = [](std::int64_t sent) { return Asked{{Duration(sent)}, {Duration(sent + 5)}}; };
    AnswerLog log(10);
    log.note(12, answer(100));
    log.note(12, answer(200));  // contained nothing new
    log.note(15, answer(300));
    CHECK(log.of(10).received == MonoTime{});
    CHECK(log.of(11).sent == answer(100).sent);
    CHECK(log.of(12).sent == answer(100).sent);
    CHECK(log.of(13).sent == answer(300).sent);
    CHECK(answer(305).is_after(log.of(15)));
    CHECK_FALSE(answer(304).is_after(log.of(15)));
    for (std::uint64_t seq = 16; seq < 20'000; ++seq)
        log.note(seq, answer(400));
    CHECK(log.of(13).received == MonoTime{});  // long ago
}

TEST_CASE("names of changes are those of the change log") {
    for (const ChangeKind kind : {ChangeKind::created, ChangeKind::updated, ChangeKind::disabled,
                                  ChangeKind::deleted, ChangeKind::restored}) {
        CHECK(change_kind_from(to_string(kind)) == kind);
    }
    CHECK_FALSE(change_kind_from("vanished"));
}
