// Records that are not valid JSON in an otherwise valid response (hazard 35), and responses with more or other data
// than requested.
#include "json/record_fields.hpp"
#include "json/repair.hpp"
#include "json/slice.hpp"

#include <string>
#include <sys/resource.h>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string answer_with(const std::string& data, const std::string& more = "") {
    return R"({"isSuccess":true,"responseStatus":null,"data":)" + data + more + "}";
}

std::string one_record(const std::string& id, const std::string& more = "") {
    return R"({"_id":")" + id + R"(","modified":"2023-12-01T22:06:47.9990000Z")" + more + "}";
}

// Two valid records around this one.
std::string between(const std::string& bad) {
    return answer_with("[" + one_record("a1") + "," + bad + "," + one_record("c3", R"(,"x":[1,{"y":null}])") +
                       "]");
}

struct Spoiled {
    std::string record;
    std::string reason;
};

// One record for each fault that is recovered, all with the id "b2".
std::vector<Spoiled> spoiled_records() {
    const std::string deep = std::string(200, '[') + "1" + std::string(200, ']');
    return {
        {one_record("b2", ",\"comment\":\"a\tb\""), "a raw control character"},
        {one_record("b2", ",\"comment\":\"a\nb\""), "a raw control character"},
        {one_record("b2", std::string(",\"a\":") + '\0' + "1"), "a raw control character"},
        {one_record("b2", std::string(",\"comment\":\"a") + '\0' + "b\""), "a raw control character"},
        {one_record("b2", ",\"comment\":\"caf\xE9\""), "invalid UTF-8"},
        {one_record("b2", ",\"comment\":\"\xC3\""), "invalid UTF-8"},
        {one_record("b2", ",\"comment\":\"\xED\xA0\x80\""), "invalid UTF-8"},
        {one_record("b2", ",\"n\":NaN"), "an invalid number"},
        {one_record("b2", ",\"n\":[-Infinity]"), "an invalid number"},
        {one_record("b2", ",\"n\":01"), "an invalid number"},
        {one_record("b2", ",\"n\":1.,\"m\":+2,\"k\":.5,\"h\":0x1F"), "an invalid number"},
        {one_record("b2", ",\"deep\":" + deep), "nested too deep"},
        {one_record("b2", ",\"deep\":" + std::string(10'000, '[') + std::string(10'000, ']')),
         "nested too deep"},
        // Quotes, brackets and backslashes inside strings have no effect.
        {one_record("b2", ",\"comment\":\"}],{\\\"\\\\\t\""), "a raw control character"},
    };
}

}  // namespace

TEST_CASE("of a page with one invalid record the others are good, in order, and its bytes are kept") {
    for (const auto& [bad, reason] : spoiled_records()) {
        CAPTURE(bad.substr(0, 120));
        const auto page = slice_page(between(bad), {});
        REQUIRE(page.has_value());
        REQUIRE(page->records.size() == 2);
        CHECK(page->records[0].body == one_record("a1"));
        CHECK(page->records[1].id == "c3");
        CHECK(page->records[1].body == one_record("c3", R"(,"x":[1,{"y":null}])"));
        CHECK(page->records[1].hash == Hasher().hash(page->records[1].body));
        REQUIRE(page->invalid.size() == 1);
        const InvalidRecord& invalid = page->invalid.front();
        CHECK(invalid.not_json);
        CHECK(invalid.body == bad);
        CHECK(invalid.id == "b2");
        CHECK(invalid.modified_text == "2023-12-01T22:06:47.9990000Z");
        CHECK(invalid.reason == std::string(kNotJsonReason) + reason);
        // All views point into the page's own buffer.
        const std::string_view text(page->buffer.get(), page->size);
        CHECK(text.find(bad) == static_cast<std::size_t>(invalid.body.data() - text.data()));
        CHECK(page->records[1].id.data() > text.data());
        CHECK(page->records[1].id.data() < text.data() + text.size());
    }
}

TEST_CASE("several invalid records of a page, including the first and the last, in either spelling") {
    const std::string bad = one_record("b2", ",\"n\":NaN");
    const auto page = slice_page("{\"Data\":[" + bad + "," + one_record("a1") + "," +
                                     one_record("c3", ",\"n\":\"\t\"") + "],\"Total\":3,\"IsSuccess\":true}",
                                 {});
    REQUIRE(page.has_value());
    CHECK(page->records.size() == 1);
    REQUIRE(page->invalid.size() == 2);
    CHECK(page->invalid[0].id == "b2");
    CHECK(page->invalid[1].id == "c3");
    CHECK(page->total == 3U);
    CHECK(page->spelling == Spelling::pascal);
}

TEST_CASE("a retrieved record can be invalid, too") {
    const auto page = slice_page(answer_with(one_record("b2", ",\"comment\":\"\t\"")), {});
    REQUIRE(page.has_value());
    REQUIRE(page->invalid.size() == 1);
    CHECK(page->invalid.front().not_json);
    CHECK(page->invalid.front().id == "b2");
}

TEST_CASE("an id or a time that is itself invalid is not used") {
    const auto page =
        slice_page(between("{\"_id\":\"b\t2\",\"modified\":\"2023-12-01T22:06:47\tZ\",\"n\":1}"), {});
    REQUIRE(page.has_value());
    REQUIRE(page->invalid.size() == 1);
    CHECK(page->invalid.front().id.starts_with("sha256:"));
    CHECK(page->invalid.front().modified_text.empty());
    CHECK(page->invalid.front().not_json);
}

TEST_CASE("any other error fails the page, with the records that were seen") {
    const std::string bad = one_record("b2", ",\"comment\":\"\t\"");
    const std::vector<std::string> texts{
        between(one_record("b2", R"(,"a":"\q")")),          // an invalid escape
        between(one_record("b2", R"(,"a":"b)")),            // a missing quote
        between(one_record("b2", R"(,"a" 1)")),             // a missing colon
        between(one_record("b2", ",\"comment\":\"\t\",")),  // an extra comma besides the TAB
        between(one_record("b2", R"(,"a":[1,2)")),          // a missing bracket
        between(one_record("b2", R"(,"a":undefined)")),     // not a number
        between(one_record("b2", ",\"a\":\"\\\t\"")),       // an escaped TAB
        between("7"),
        between(bad + bad),                                    // no comma between records
        answer_with("[" + one_record("a1") + "," + bad),       // truncated
        "\t\x01" + answer_with("[" + one_record("a1") + "]"),  // outside the records
        answer_with("[" + one_record("a1") + "]", ",\"x\":NaN"),
        answer_with("[" + one_record("a1") + "]", ",\"x\":\"\xE9\""),
        R"({"isSuccess":true,"other":[)" + bad + R"(],"data":[]})",
    };
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 300));
        const auto page = slice_page(text, {});
        REQUIRE(page.has_error());
        CHECK(page.error().code == ErrorCode::bad_response);
    }
    const auto cut = slice_page(
        answer_with("[" + one_record("a1") + "," + one_record("b2") + "," + one_record("c3").substr(0, 9)),
        {});
    REQUIRE(cut.has_error());
    CHECK(cut.error().records_seen == 2);
}

TEST_CASE("an invalid record of another workspace is not kept") {
    const SliceOptions options{.workspace_id = "w"};
    const auto page =
        slice_page(between(one_record("b2", ",\"comment\":\"\t\",\"workspace_id\":\"other\"")), options);
    REQUIRE(page.has_error());
    CHECK(page.error().code == ErrorCode::wrong_workspace);
}

TEST_CASE("isSuccess:false is a refusal, whatever its records are") {
    const auto page =
        slice_page(R"({"isSuccess":false,"data":[)" + one_record("b2", ",\"n\":NaN") + "]}", {});
    REQUIRE(page.has_error());
    CHECK(page.error().code == ErrorCode::refused);
}

TEST_CASE("changing any single byte of a record never loses another record or changes its bytes") {
    const std::string good = one_record("b2", R"(,"s":"xé","n":[-1.5e3,true],"o":{"k":null})");
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char byte : {'\t', '\0', '\xFF', '"', '{', '}', '0', 'N'}) {
            std::string bad = good;
            bad[at] = byte;
            CAPTURE(at, static_cast<int>(byte));
            const auto page = slice_page(between(bad), {});
            if (!page) {
                CHECK(page.error().code == ErrorCode::bad_response);
                continue;
            }
            REQUIRE(page->record_count() == 3);
            CHECK(page->records.front().body == one_record("a1"));
            CHECK(page->records.back().id == "c3");
            if (page->records.size() == 2) CHECK(page->invalid.front().body == bad);
        }
    }
}

TEST_CASE("a byte-order mark before the text is ignored once") {
    const std::string mark = "\xEF\xBB\xBF";
    const std::string text = answer_with("[" + one_record("a1") + "]");
    const auto page = slice_page(mark + text, {});
    REQUIRE(page.has_value());
    CHECK(page->records.front().body == one_record("a1"));
    CHECK(slice_page(mark + mark + text, {}).has_error());
    CHECK(slice_page(mark, {}).has_error());
    CHECK(slice_page(text + mark, {}).has_error());
    const auto repaired = slice_page(mark + between(one_record("b2", ",\"n\":NaN")), {});
    REQUIRE(repaired.has_value());
    CHECK(repaired->invalid.front().body == one_record("b2", ",\"n\":NaN"));
}

TEST_CASE("row 10: a query returns a list; a single object is not a page") {
    const SliceOptions list{.list = true};
    const std::string paged = R"({"items":[)" + one_record("a1") + R"(],"count":1})";
    const auto page = slice_page(answer_with(paged), list);
    REQUIRE(page.has_error());
    CHECK(page.error().code == ErrorCode::bad_response);
    CHECK(page.error().subject.find("data is an object instead of a list") != std::string::npos);
    CHECK(slice_page(answer_with(one_record("a1")), list).has_error());
    CHECK(slice_page(answer_with("[" + one_record("a1") + "]"), list).has_value());
    CHECK(slice_page(answer_with("[]"), list).has_value());
    const auto none = slice_page(answer_with("null"), list);
    REQUIRE(none.has_error());
    CHECK(none.error().code == ErrorCode::bad_response);
    CHECK(slice_page(answer_with("null"), {}).has_value());
    CHECK(slice_page(answer_with(one_record("a1")), {}).has_value());
}

TEST_CASE("row 15: reading stops at Take, and the rest is counted") {
    const SliceOptions two{.take = 2};
    const std::string data = one_record("a1") + ",{}," + one_record("b2") + "," + one_record("c3");
    const auto page = slice_page(answer_with("[" + data + "]"), two);
    REQUIRE(page.has_value());
    CHECK(page->records.size() == 1);
    CHECK(page->invalid.size() == 1);
    CHECK(page->beyond_take == 2);
    CHECK(slice_page(answer_with("[" + data + "]"), {})->beyond_take == 0);
    CHECK(slice_page(answer_with("[" + one_record("a1") + "," + one_record("b2") + ",{\"x\":}]"), two)
              .has_error());
}

TEST_CASE("row 15: a page of a million empty records uses no more memory than its bytes and their index") {
    constexpr std::size_t records = 1'000'000;
    std::string data = "[{}";
    for (std::size_t i = 1; i < records; ++i)
        data += ",{}";
    const std::string text = answer_with(data + "]");
    const auto peak_kib = [] {
        rusage use{};
        ::getrusage(RUSAGE_SELF, &use);
        return use.ru_maxrss;
    };
    const long before = peak_kib();
    const auto page = slice_page(text, {.list = true, .take = 1000});
    const long grown = peak_kib() - before;
    REQUIRE(page.has_value());
    CHECK(page->invalid.size() == 1000);
    CHECK(page->beyond_take == records - 1000);
    CAPTURE(grown);
    CHECK(grown < 40 * 1024);
}
