// Records that a walk of keys did not meet, found window by window, without a portal (hazard 5).
#include "sync/walk/suspects.hpp"
#include "world.hpp"

#include <string>
#include <vector>

using namespace carecloud;

namespace {

// "2024-01-01T00:<minute>:00.0000000Z"
std::string text(unsigned minute) {
    const std::string digits = std::to_string(minute);
    return "2024-01-01T00:" + std::string(digits.size() < 2 ? "0" : "") + digits + ":00.0000000Z";
}

Key key(unsigned minute, const std::string& id) {
    return {id, text(minute), at(text(minute).c_str())};
}

// A store that holds `a0`, `a1`, …, one per minute.
struct Held : World {
    explicit Held(unsigned count) {
        for (unsigned n = 0; n < count; ++n)
            content->tables.records[{kEntity, "a" + std::to_string(n)}] = {text(n), {}, 0, std::nullopt, {}};
    }

    std::vector<std::string> passed(Suspects& suspects, bool ended) {
        std::vector<std::string> ids;
        std::optional<Result<std::vector<Key>>> found;
        boost::asio::co_spawn(io, suspects.passed_over(ended),
                              [&](std::exception_ptr thrown, Result<std::vector<Key>> keys) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  found = std::move(keys);
                              });
        REQUIRE(clock.run_until([&] { return found.has_value(); }));
        for (const Key& one : found->value())
            ids.push_back(one.id);
        return ids;
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "suspects: records that the walk passed without finding them are reported once, as far as the walk "
    "progressed") {
    Held held(6);
    Suspects suspects(*held.store, kEntity, "", std::nullopt);
    CHECK(held.passed(suspects, false).empty());
    suspects.met({key(0, "a0"), key(2, "a2")});
    CHECK(held.passed(suspects, false) == Ids{"a1"});
    suspects.met({key(3, "a3")});
    CHECK(held.passed(suspects, false).empty());
    CHECK(held.passed(suspects, true) == Ids{"a4", "a5"});
    CHECK(held.passed(suspects, true).empty());
}

TEST_CASE("suspects: a window has only its own records") {
    Held held(10);
    Suspects suspects(*held.store, kEntity, text(3), text(6));
    CHECK(held.passed(suspects, true) == Ids{"a3", "a4", "a5"});
}

TEST_CASE("suspects: a record that moved on in the order was found, wherever it is found") {
    Held held(3);
    Suspects suspects(*held.store, kEntity, "", std::nullopt);
    suspects.met({key(0, "a0"), key(1, "a2"), key(2, "zz")});
    CHECK(held.passed(suspects, false) == Ids{"a1"});
}

TEST_CASE("suspects: deleted records are not suspects, and ties are distinguished by id") {
    Held held(2);
    held.content->tables.records[{kEntity, "b"}] = {text(1), {}, 0, std::nullopt, {}};
    held.content->tables.records[{kEntity, "c"}] = {text(1), {}, 0, "2024-02-01", {}};
    Suspects suspects(*held.store, kEntity, "", std::nullopt);
    suspects.met({key(0, "a0"), key(1, "a1")});
    CHECK(held.passed(suspects, false).empty());
    suspects.met({key(1, "bb")});
    CHECK(held.passed(suspects, false) == Ids{"b"});
}

TEST_CASE("suspects: more records than one read of the store returns are all reported") {
    Held held(0);
    for (unsigned n = 0; n < 2'500; ++n)
        held.content->tables.records[{kEntity, "x" + std::to_string(n)}] = {
            text(n % 60), {}, 0, std::nullopt, {}};
    Suspects suspects(*held.store, kEntity, "", std::nullopt);
    CHECK(held.passed(suspects, true).size() == 2'500);
}

TEST_CASE("suspects: no key of the store is judged before the walk has reached it (no I/O)") {
    PassedOver keys(std::nullopt);
    CHECK(keys.needs_more());
    keys.add({key(0, "a"), key(1, "b")}, /*last=*/false);
    CHECK_FALSE(keys.needs_more());
    CHECK(keys.take(false).empty());
    keys.met({key(1, "aa")});
    const std::vector<Key> passed = keys.take(false);
    REQUIRE(passed.size() == 1);
    CHECK(passed.front().id == "a");
    CHECK_FALSE(keys.needs_more());
    keys.met({key(1, "b")});
    CHECK(keys.take(false).empty());
    CHECK(keys.needs_more());
    keys.add({}, /*last=*/true);
    CHECK_FALSE(keys.needs_more());
}

TEST_CASE("suspects: keys at or after the window's end are not its own (no I/O)") {
    PassedOver keys(text(2));
    keys.add({key(1, "a"), key(2, "b"), key(3, "c")}, /*last=*/false);
    CHECK_FALSE(keys.needs_more());
    CHECK(keys.take(true).size() == 1);
    CHECK_FALSE(keys.needs_more());
}

TEST_CASE("suspects: a record that was found some pages ago is still known as found (no I/O)") {
    PassedOver keys(std::nullopt);
    keys.met({key(0, "moved")});
    for (unsigned n = 0; n < 10'000; ++n)
        keys.met({key(1, "x" + std::to_string(n))});
    keys.add({key(1, "moved")}, /*last=*/true);
    CHECK(keys.take(true).empty());
}
