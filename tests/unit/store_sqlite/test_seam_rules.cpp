// Violations at the Store seam that end the process before anything is committed or returned.
#include "store/store.hpp"
#include "support/broken_promise.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <functional>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

constexpr const char* kNoon = "2024-03-10T12:00:00.0000000Z";
constexpr const char* kOne = "2024-03-10T13:00:00.0000000Z";

Timestamp at(const char* text) {
    return *Timestamp::parse(text);
}

Batch batch_at(const char* cursor, const char* safe) {
    return {.stream = "claim",
            .state = StreamState{.stream = "claim",
                                 .entity = "claim",
                                 .fingerprint = "{}",
                                 .cursor = Cursor{cursor, at(cursor), "a"},
                                 .safe = SafePoint{safe, at(safe)}}};
}

// The rule that this change of a valid batch violates.
std::string broken_by(const std::function<void(Batch&)>& change) {
    Batch batch = batch_at(kOne, kNoon);
    change(batch);
    return broken_promise_of([&] { ensure_batch(batch); });
}

Key key(const char* modified, const char* id) {
    return {id, modified, at(modified)};
}

std::string broken_live(const LiveRange& range, const std::vector<Key>& keys) {
    return broken_promise_of([&] { ensure_live(range, keys); });
}

}  // namespace

TEST_CASE("seam rules: a batch's cursor and safe point") {
    CHECK(broken_by([](Batch& /*batch*/) {}).empty());
    CHECK(broken_by([](Batch& batch) { batch.state.reset(); }).empty());
    CHECK_THAT(broken_by([](Batch& batch) { batch.stream.clear(); }), Contains("has a stream"));
    CHECK_THAT(broken_by([](Batch& batch) { batch.state->cursor.reset(); }),
               Contains("a safe point has a cursor"));
    CHECK_THAT(broken_by([](Batch& batch) { batch.state->cursor->id.clear(); }), Contains("names a record"));
    CHECK_THAT(broken_by([](Batch& batch) { batch.state->cursor->modified = at(kNoon); }),
               Contains("a cursor's text matches its timestamp"));
    CHECK_THAT(broken_by([](Batch& batch) { batch.state->safe->modified_text = kOne; }),
               Contains("a safe point's text matches its timestamp"));
    CHECK_THAT(broken_by([](Batch& batch) { batch = batch_at(kNoon, kOne); }),
               Contains("does not pass its cursor"));
}

TEST_CASE("seam rules: texts in another time zone have a different order") {
    CHECK(broken_by([](Batch& batch) { batch = batch_at("2024-03-10T12:00:00+02:00", kNoon); }).empty());
}

TEST_CASE("seam rules: a denial from before its request") {
    const auto deny = [](Asked denied) {
        return broken_by([&](Batch& batch) {
            batch.gone.push_back(key(kNoon, "a"));
            batch.denied = denied;
        });
    };
    CHECK(deny({MonoTime{1s}, MonoTime{2s}}).empty());
    CHECK_THAT(deny({MonoTime{2s}, MonoTime{1s}}), Contains("received after its request"));
}

TEST_CASE("seam rules: a range of keys") {
    const LiveRange range{.stream = "claim", .after = Cursor{kNoon, at(kNoon), "b"}, .limit = 2};
    CHECK(broken_live(range, {}).empty());
    CHECK(broken_live(range, {key(kNoon, "c"), key(kOne, "a")}).empty());
    CHECK_THAT(broken_live(range, {key(kNoon, "b")}), Contains("starts after the given key"));
    CHECK_THAT(broken_live(range, {key(kOne, "b"), key(kOne, "a")}), Contains("is in order"));
    CHECK_THAT(broken_live(range, {key(kOne, "a"), key(kOne, "a")}), Contains("is in order"));
    CHECK_THAT(broken_live(range, {key(kOne, "a"), key(kOne, "b"), key(kOne, "c")}),
               Contains("not longer than requested"));
}

TEST_CASE("seam rules: numbers of the change log, and of rechecks") {
    const CommitSummary two{.created = 1, .deleted = 1, .last_seq = 7};
    CHECK(broken_promise_of([&] { ensure_summary(two, 5); }).empty());
    CHECK_THAT(broken_promise_of([&] { ensure_summary(two, 6); }), Contains("one number of the change log"));
    const Rechecks one{.doubted = {Doubt{.key = key(kNoon, "a"), .ask_at = at(kOne)}}};
    CHECK(broken_promise_of([&] { ensure_rechecks(one, 1); }).empty());
    CHECK_THAT(broken_promise_of([&] { ensure_rechecks(one, 0); }),
               Contains("to fetch again than requested"));
}

TEST_CASE("seam rules: the store checks a batch before it writes") {
    Batch broken = batch_at(kOne, kNoon);
    broken.state->cursor->modified = at(kNoon);
    const std::string said = broken_promise_of([&] {
        // Opened here: a child process does not inherit a store's threads.
        StoreFixture fixture;
        fixture.open();
        static_cast<void>(run_task(fixture.io(), fixture.store().commit(broken)));
    });
    CHECK_THAT(said, Contains("a cursor's text matches its timestamp"));
}
