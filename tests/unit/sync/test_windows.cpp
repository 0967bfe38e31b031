// Where two lists of `modified` differ, by counting only: without a portal or a store.
#include "sync/jobs/windows.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

using Texts = std::multiset<std::string>;

std::uint64_t count_from(const Texts& texts, const std::string& from) {
    return static_cast<std::uint64_t>(std::distance(texts.lower_bound(from), texts.end()));
}

Counts counts_from(const Texts& here, const Texts& there, const std::string& from) {
    return {count_from(here, from), count_from(there, from)};
}

std::vector<Window> differing(const Texts& here, const Texts& there, std::uint64_t small) {
    Halving halving(counts_from(here, there, ""), small);
    std::size_t cuts = 0;
    for (auto middle = halving.next(); middle; middle = halving.next()) {
        const auto cut_at =
            std::next(here.lower_bound(middle->from), static_cast<std::ptrdiff_t>(middle->skip));
        REQUIRE(cut_at != here.end());
        if (!halving.divides(*cut_at)) {
            halving.keep();
            continue;
        }
        REQUIRE(++cuts < 1000);
        halving.cut(*cut_at, counts_from(here, there, *cut_at));
    }
    return halving.take_differing();
}

bool is_in(const Window& window, const std::string& text) {
    return text >= window.from && (!window.to || text < *window.to);
}

std::string text_of(unsigned number) {
    std::string digits = std::to_string(number);
    return std::string(6 - digits.size(), '0') + digits;
}

Texts numbers(unsigned count) {
    Texts texts;
    for (unsigned number = 0; number < count; ++number)
        texts.insert(text_of(number));
    return texts;
}

}  // namespace

TEST_CASE("windows: equal counts have none, and an empty store is one window") {
    CHECK(differing(numbers(100), numbers(100), 4).empty());
    CHECK(differing({}, {}, 4).empty());
    const auto windows = differing({}, numbers(100), 4);
    REQUIRE(windows.size() == 1);
    CHECK(windows.front().from.empty());
    CHECK_FALSE(windows.front().to);
    CHECK(windows.front().there == 100);
}

TEST_CASE("windows: one missing record is found in a small window") {
    Texts there = numbers(1000);
    there.insert("000500x");
    const auto windows = differing(numbers(1000), there, 4);
    REQUIRE(windows.size() == 1);
    CHECK(is_in(windows.front(), "000500x"));
    CHECK(count_from(numbers(1000), windows.front().from) - count_from(numbers(1000), *windows.front().to) <=
          4);
}

TEST_CASE("windows: a tie is not split, however large it is") {
    Texts here;
    for (int i = 0; i < 50; ++i)
        here.insert("000001");
    Texts there = here;
    there.insert("000001");
    CHECK(differing(here, there, 4).size() == 1);
}

TEST_CASE("windows: every difference lies in one of them, unless it is compensated, and they are in order") {
    std::mt19937 random(20'240'310);
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        const auto below = [&](unsigned most) { return static_cast<unsigned>(random() % most); };
        Texts here = numbers(below(300));
        Texts there = here;
        std::vector<std::string> added;
        for (unsigned i = below(4); i > 0; --i)
            added.push_back(text_of(below(300)) + "x");
        there.insert(added.begin(), added.end());
        const auto windows = differing(here, there, 1 + below(10));
        for (const std::string& text : added)
            CHECK(
                std::any_of(windows.begin(), windows.end(), [&](const Window& w) { return is_in(w, text); }));
        CHECK(std::is_sorted(windows.begin(), windows.end(),
                             [](const Window& a, const Window& b) { return a.from < b.from; }));
    }
}

TEST_CASE("windows: a count that changed meanwhile is not negative") {
    Halving halving({10, 11}, 2);
    const auto middle = halving.next();
    REQUIRE(middle);
    CHECK(middle->skip == 5);
    halving.cut("m", {12, 12});  // more than in all of it a moment ago
    CHECK_FALSE(halving.next());
    CHECK(halving.take_differing().empty());
}
