#include "portal/portal.hpp"
#include "support/broken_promise.hpp"

#include <cstring>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

// A page with one record, which is its entire text.
Page page_of_one() {
    constexpr std::string_view text = R"({"_id":"a"})";
    Page page;
    page.buffer = std::make_unique<char[]>(text.size());
    page.size = text.size();
    std::memcpy(page.buffer.get(), text.data(), text.size());
    Record record;
    record.id = std::string_view(page.buffer.get() + 8, 1);
    record.body = std::string_view(page.buffer.get(), text.size());
    page.records.push_back(record);
    page.asked = {MonoTime{1s}, MonoTime{2s}};
    return page;
}

std::string broken_promise_of_page(const Page& page, std::size_t take = 1) {
    return broken_promise_of([&] { ensure_page(page, take); });
}

}  // namespace

TEST_CASE("page rules: a correct page, and an empty one") {
    CHECK(broken_promise_of_page(page_of_one()).empty());
    CHECK(broken_promise_of_page(Page{}, 0).empty());
}

TEST_CASE("page rules: more records than requested, including invalid ones") {
    Page page = page_of_one();
    CHECK_THAT(broken_promise_of_page(page, 0), Contains("no more records than Take"));
    page.invalid.emplace_back();
    CHECK_THAT(broken_promise_of_page(page, 1), Contains("no more records than Take"));
}

TEST_CASE("page rules: a record without an id, or outside the page") {
    Page nameless = page_of_one();
    nameless.records.front().id = {};
    CHECK_THAT(broken_promise_of_page(nameless), Contains("has an id"));
    const std::string elsewhere = "{}";
    Page outside = page_of_one();
    outside.records.front().body = elsewhere;
    CHECK_THAT(broken_promise_of_page(outside), Contains("in the bytes of its page"));
    Page beyond = page_of_one();
    --beyond.size;
    CHECK_THAT(broken_promise_of_page(beyond), Contains("in the bytes of its page"));
}

TEST_CASE("page rules: a response from before its request") {
    Page page = page_of_one();
    page.asked = {MonoTime{2s}, MonoTime{1s}};
    CHECK_THAT(broken_promise_of_page(page), Contains("received after its request"));
}
