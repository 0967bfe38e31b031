// Which responses that are not quite valid are accepted, without a portal (hazard 35).
#include "sync/walk/fetcher.hpp"

#include <string_view>

#include <catch2/catch.hpp>

using namespace carecloud;
using enum AnswerDoubt::Verdict;

namespace {

Page not_json(std::string_view body) {
    Page page;
    page.invalid.emplace_back();
    page.invalid.back().body = body;
    page.invalid.back().not_json = true;
    return page;
}

Page contradictory(std::string_view body) {
    Page page = not_json(body);
    page.invalid.back().not_json = false;
    page.invalid.back().contradictory = true;
    return page;
}

}  // namespace

TEST_CASE("a response without such records is accepted immediately") {
    AnswerDoubt doubt;
    CHECK(doubt.judge(Page{}) == believe);
    Page odd = not_json("{}");
    odd.invalid.back().not_json = false;
    CHECK(AnswerDoubt().judge(odd) == believe);
}

TEST_CASE(
    "records that are not JSON are accepted in the second response with the same bytes, and not requested a "
    "third time") {
    AnswerDoubt doubt;
    CHECK(doubt.judge(not_json("a")) == ask_again);
    CHECK(doubt.answers() == 1);
    CHECK(doubt.judge(not_json("a")) == believe);
    AnswerDoubt other;
    CHECK(other.judge(not_json("a")) == ask_again);
    CHECK(other.judge(not_json("b")) == give_up);
}

TEST_CASE("a response that was corrupt once is accepted when it is valid") {
    AnswerDoubt doubt;
    CHECK(doubt.judge(not_json("a")) == ask_again);
    CHECK(doubt.judge(Page{}) == believe);
}

TEST_CASE(
    "records that contradict themselves are accepted in the eighth consecutive response with the same "
    "bytes") {
    AnswerDoubt doubt;
    for (int answer = 1; answer < 8; ++answer)
        CHECK(doubt.judge(contradictory("a")) == ask_again);
    CHECK(doubt.judge(contradictory("a")) == believe);
    AnswerDoubt interrupted;
    for (int answer = 1; answer < 8; ++answer)
        CHECK(interrupted.judge(contradictory("a")) == ask_again);
    CHECK(interrupted.judge(contradictory("b")) == ask_again);
    CHECK(interrupted.judge(contradictory("a")) == ask_again);
}

TEST_CASE("records that contradict themselves differently each time are given up after sixteen responses") {
    AnswerDoubt doubt;
    for (int answer = 1; answer < 16; ++answer)
        CHECK(doubt.judge(contradictory(answer % 2 == 0 ? "a" : "b")) == ask_again);
    CHECK(doubt.judge(contradictory("a")) == give_up);
}
