#include "json/slice.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string envelope(const std::string& data) {
    return R"({"isSuccess":true,"responseStatus":null,"data":)" + data + "}";
}

std::string record(const std::string& id, const std::string& more = "") {
    return R"({"_id":")" + id + R"(","modified":"2023-12-01T22:06:47.9990000Z")" + more + "}";
}

Page good(const std::string& text, const SliceOptions& options = {}) {
    auto page = slice_page(text, options);
    INFO((page.has_error() ? page.error().message() : "sliced"));
    REQUIRE(page.has_value());
    return std::move(page.value());
}

ErrorCode failure(const std::string& text, const SliceOptions& options = {}) {
    const auto page = slice_page(text, options);
    CAPTURE(text.substr(0, 200));
    REQUIRE(page.has_error());
    CHECK_FALSE(page.error().subject.empty());
    return page.error().code;
}

}  // namespace

TEST_CASE("records are views of their exact bytes, without the white space around them") {
    const std::string first =
        R"({ "_id" : "a1", "modified":"2023-12-01T22:06:47.9990000Z", "x": [1, {"y":null}] })";
    const Page page = good(envelope(" [ " + first + " \n, " + record("b2", R"(,"disabled":true)") + "\t]"));
    REQUIRE(page.records.size() == 2);
    CHECK(page.records[0].body == first);
    CHECK(page.records[0].id == "a1");
    CHECK(page.records[0].modified_text == "2023-12-01T22:06:47.9990000Z");
    CHECK(page.records[0].modified.ticks % 10'000'000 == 9'990'000);
    CHECK_FALSE(page.records[0].disabled);
    CHECK(page.records[1].disabled);
    CHECK(page.records[0].body.data() >= page.buffer.get());
}

TEST_CASE("the hash of a body equals the output of sha256sum") {
    const Page page = good(R"({"isSuccess":true,"data":{"_id":"a","modified":"2023-12-01T22:06:47Z"}})");
    CHECK(to_hex(page.records.at(0).hash) ==
          "2703ce264a69d547a0a80aa1b9defd35ffecbb62ead85aff03f8ff8c049d6da8");
}

TEST_CASE("both spellings of the envelope are accepted and distinguished") {
    CHECK(good(envelope("[]")).spelling == Spelling::camel);
    const Page pascal =
        good(R"({"Total":17,"Data":[],"IsSuccess":true,"ResponseStatus":{"ErrorCode":null,"Errors":[]}})");
    CHECK(pascal.spelling == Spelling::pascal);
    CHECK(pascal.total == 17U);
    CHECK_FALSE(good(envelope("[]")).total);
    CHECK(good(envelope("null")).record_count() == 0);
}

TEST_CASE("a total that is not a count is ignored") {
    CHECK_FALSE(good(R"({"total":-1,"isSuccess":true,"data":[]})").total);
    CHECK_FALSE(good(R"({"total":"many","isSuccess":true,"data":[]})").total);
}

TEST_CASE("isSuccess:false is a refusal that names only the ErrorCode") {
    const auto page = slice_page(
        R"({"isSuccess":false,"responseStatus":{"errorCode":"Bad<Query>","message":"for Jane Doe"},"data":[]})",
        {});
    REQUIRE(page.has_error());
    CHECK(page.error().code == ErrorCode::refused);
    CHECK(page.error().subject.find("Bad?Query?") != std::string::npos);
    CHECK(page.error().message().find("Jane") == std::string::npos);
}

TEST_CASE("text that is not JSON, truncated, or not the documented envelope fails as a whole (hazard 11)") {
    const std::string whole = envelope("[" + record("a") + "," + record("b") + "]");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(failure(whole.substr(0, size)) == ErrorCode::bad_response);
    for (const char* text : {"<html><body>Bad gateway</body></html>",
                             "[]",
                             "null",
                             "17",
                             "\"text\"",
                             R"({"isSuccess":true})",
                             R"({"data":[]})",
                             R"({"isSuccess":true,"data":[]} x)",
                             R"({"isSuccess":true,"data":[]}{})",
                             R"({"isSuccess":true,"isSuccess":true,"data":[]})",
                             R"({"isSuccess":true,"IsSuccess":true,"data":[]})",
                             R"({"isSuccess":true,"data":[],"data":[]})",
                             R"({"isSuccess":true,"data":[],"Data":[]})",
                             R"({"isSuccess":true,"data":17})",
                             R"({"isSuccess":"true","data":[]})",
                             R"({"isSuccess":true,"data":[1]})",
                             R"({"isSuccess":true,"data":[null]})",
                             R"({"isSuccess":true "data":[]})",
                             R"({"isSuccess":true,"data":[],})",
                             R"({"isSuccess":true,"data":[]]})",
                             R"({"isSuccess":true,"total":1,"total":1,"data":[]})"}) {
        CHECK(failure(text) == ErrorCode::bad_response);
    }
}

TEST_CASE("the reason why a response is not JSON contains none of its text") {
    const auto reason = [](const std::string& text) { return slice_page(text, {}).error().subject; };
    CHECK(reason("") == "not valid JSON: empty");
    CHECK(reason("  \n") == "not valid JSON: empty");
    CHECK(reason("{\"is") == "not valid JSON: truncated in a string");
    CHECK(reason(envelope("[\"\xff\"]")) == "not valid JSON: invalid UTF-8");
    CHECK(reason(envelope("[\"a\nb\"]")) == "not valid JSON: a control character in a string");
}

TEST_CASE("every byte inside a record is checked, including unused values") {
    for (const char* value : {"tru",         "truee", "nul",  "'a'",     "\"a\" b",  "\"\\x\"", "\"\\u12g4\"",
                              "\"\\u12\"",   "[1,]",  "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}",   "{\"a\":1,}",
                              "{\"\\q\":1}", "[1 2]", "[",    "{",       "\"",       ""}) {
        CAPTURE(value);
        CHECK(failure(envelope("[" + record("a", std::string(",\"x\":") + value) + "]")) ==
              ErrorCode::bad_response);
        CHECK(failure(envelope("[" + record("a", std::string(",\"x\":[{\"y\":") + value + "}]") + "]")) ==
              ErrorCode::bad_response);
    }
    const char* odd =
        R"([-0.0e-7,1E400,123456789012345678901234567890,"\"\\\/\b\f\n\r\t\u00e9\ud800","",{},[],true,false,null])";
    CHECK(good(envelope("[" + record("a", std::string(",\"x\":") + odd) + "]")).records.size() == 1);
}

TEST_CASE("a record that cannot be ordered is invalid, and its neighbors are good") {
    struct Case {
        const char* body;
        const char* reason;
    };
    for (const Case& c : {
             Case{R"({"modified":"2023-12-01T22:06:47Z"})", "_id is missing"},
             Case{R"({"_id":17,"modified":"2023-12-01T22:06:47Z"})", "_id is not a plain string"},
             Case{R"({"_id":{"$oid":"aa"},"modified":"2023-12-01T22:06:47Z"})", "_id is not a plain string"},
             Case{R"({"_id":"","modified":"2023-12-01T22:06:47Z"})", "_id is missing"},
             Case{R"({"_id":"a b","modified":"2023-12-01T22:06:47Z"})", "_id is not a valid id"},
             Case{R"({"_id":"a\u0062","modified":"2023-12-01T22:06:47Z"})", "_id is not a plain string"},
             Case{R"({"_id":"s"})", "modified is missing"},
             Case{R"({"_id":"s","modified":null})", "modified is not a plain string"},
             Case{R"({"_id":"s","modified":"yesterday"})", "modified is not an ISO 8601 timestamp"},
             Case{R"({"_id":"s","_id":"t","modified":"2023-12-01T22:06:47Z"})",
                  "_id is duplicated in the record"},
             Case{R"({"_id":"s","modified":"2023-12-01T22:06:47Z","modified":"2023-12-01T22:06:47Z"})",
                  "modified is duplicated in the record"},
             Case{R"({})", "_id is missing"},
         }) {
        CAPTURE(c.body);
        const Page page = good(envelope("[" + record("a") + "," + c.body + "," + record("b") + "]"));
        CHECK(page.records.size() == 2);
        REQUIRE(page.invalid.size() == 1);
        CHECK(page.invalid[0].reason == c.reason);
        CHECK(page.invalid[0].body == c.body);
        CHECK_FALSE(page.invalid[0].id.empty());
    }
}

TEST_CASE("`modified` with 3, 6 or 7 digits or an offset is good, and its text is kept") {
    for (const char* text : {"2023-12-01T22:06:47.999Z", "2023-12-01T22:06:47.999000Z",
                             "2023-12-01T22:06:47.9990000Z", "2023-12-01T23:06:47.999+01:00"}) {
        const Page page = good(envelope(std::string(R"([{"_id":"a","modified":")") + text + "\"}]"));
        REQUIRE(page.records.size() == 1);
        CHECK(page.records[0].modified_text == text);
        CHECK(page.records[0].modified == Timestamp::parse("2023-12-01T22:06:47.999Z"));
    }
}

TEST_CASE("a record of another workspace or bucket fails the page (hazard 24)") {
    const SliceOptions options{.workspace_id = "w1", .bucket_id = "b1"};
    CHECK(good(envelope("[" + record("a", R"(,"workspace_id":"w1","bucket_id":"b1")") + "]"), options)
              .records.size() == 1);
    CHECK(good(envelope("[" + record("a") + "]"), options).records.size() == 1);
    CHECK(failure(envelope("[" + record("a", R"(,"workspace_id":"w2")") + "]"), options) ==
          ErrorCode::wrong_workspace);
    CHECK(failure(envelope("[" + record("a", R"(,"bucket_id":"b2")") + "]"), options) ==
          ErrorCode::wrong_workspace);
}

TEST_CASE("nesting is limited, in a record and around it") {
    const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
    CHECK(good(envelope("[" + record("a", ",\"x\":" + deep) + "]")).invalid.at(0).not_json);
    CHECK(failure(deep) == ErrorCode::bad_response);
    CHECK(failure(R"({"isSuccess":true,"x":)" + deep + R"(,"data":[]})") == ErrorCode::bad_response);
    CHECK(failure(std::string(10'000, '{')) == ErrorCode::bad_response);
    const std::string fine = std::string(100, '[') + std::string(100, ']');
    CHECK(good(envelope("[" + record("a", ",\"x\":" + fine) + "]")).records.size() == 1);
}

TEST_CASE("a record of 9 MB is a record, and one slicer reads page after page") {
    Slicer slicer;
    for (int round = 0; round < 3; ++round) {
        const std::string text =
            envelope("[" + record("a", ",\"signature\":\"" + std::string(9'000'000, 'A') + "\"") + "]");
        auto buffer = std::make_unique<char[]>(text.size() + kPagePadding);
        text.copy(buffer.get(), text.size());
        const auto page = slicer.slice(std::move(buffer), text.size(), {});
        REQUIRE(page.has_value());
        CHECK(page->records.at(0).body.size() > 9'000'000);
        CHECK(slice_page("{", {}).has_error());
    }
}

TEST_CASE("NUL and an empty response are refused") {
    CHECK(failure("") == ErrorCode::bad_response);
    CHECK(failure(std::string("\0", 1)) == ErrorCode::bad_response);
    CHECK(failure("   ") == ErrorCode::bad_response);
    CHECK(failure(envelope("[]") + std::string(3, '\0')) == ErrorCode::bad_response);
}

TEST_CASE("colon_after_a_string: a value is followed by a comma or an end, also after a string") {
    for (const char* more : {R"(,"x":"a":1)", R"(,"x":"a" :{})", R"(,"x":["a":1])", R"(,"x":"a""b")",
                             R"(,"x":"a"true)", R"(,"x":true"a")", R"(,"x":1"y":2)"}) {
        CAPTURE(more);
        CHECK(failure(envelope("[" + record("a", more) + "]")) == ErrorCode::bad_response);
    }
    CHECK(failure(R"({"isSuccess":true,"x":"a":1,"data":[]})") == ErrorCode::bad_response);
}

TEST_CASE("a duplicate system field, or one under an escaped name, is invalid") {
    const SliceOptions options{.workspace_id = "w1", .bucket_id = "b1"};
    for (const char* more :
         {R"(,"disabled":true,"disabled":false)", R"(,"workspace_id":"w1","workspace_id":"w1")",
          R"(,"bucket_id":"b1","bucket_id":null)", R"(,"\u005fid":"b")",
          R"(,"modifie\u0064":"2024-01-01T00:00:00Z")", R"(,"disable\u0064":true)",
          R"(,"workspace\u005Fid":"w2")", R"(,"workspace_id":{"$oid":"w1"})", R"(,"bucket_id":17)",
          R"(,"workspace_id":"w\u0031")"}) {
        CAPTURE(more);
        const Page page = good(envelope("[" + record("a", more) + "," + record("b") + "]"), options);
        REQUIRE(page.invalid.size() == 1);
        CHECK(page.records.at(0).id == "b");
        CHECK(page.invalid[0].id == "a");
        CHECK(page.invalid[0].body == record("a", more));
    }
    // Names that only look similar, and null, which counts as absent.
    const std::string fine = R"(,"\u005fidx":1,"i\n":1,"\ud800":2,"workspace_id":null,"disabled":null)";
    CHECK(good(envelope("[" + record("a", fine) + "]"), options).records.size() == 1);
    // Of another workspace, in any occurrence of the field.
    CHECK(failure(envelope("[" + record("a", R"(,"workspace_id":"w1","workspace_id":"w2")") + "]"),
                  options) == ErrorCode::wrong_workspace);
}

TEST_CASE("neither of two duplicate system fields is used") {
    const Page page = good(envelope(
        "[" + record("a", R"(,"_id":"a")") + "," + record("b", R"(,"modified":"2024-01-01T00:00:00Z")") +
        "," + record("c", R"(,"x":1)") + "," + record("d", R"(,"\u005fid":"e")") + "]"));
    REQUIRE(page.invalid.size() == 3);
    CHECK(page.invalid[0].contradictory);
    CHECK(page.invalid[0].id.starts_with("sha256:"));
    CHECK(page.invalid[1].contradictory);
    CHECK(page.invalid[1].id == "b");
    CHECK(page.invalid[1].modified_text.empty());
    CHECK_FALSE(page.invalid[2].contradictory);
    CHECK(page.records.at(0).id == "c");
}

TEST_CASE("total_escaped: an escaped name in the envelope is the same name") {
    CHECK(good(R"({"isSuccess":true,"data":[],"\u0074otal":7})").total == 7U);
    CHECK(good(R"({"\u0049sSuccess":true,"Dat\u0061":[]})").spelling == Spelling::pascal);
    CHECK(good(R"({"isSuccess":true,"data":[],"responseStat\u0075s":null})").record_count() == 0);
    CHECK(failure(R"({"isSuccess":true,"is\u0053uccess":false,"data":[]})") == ErrorCode::bad_response);
    CHECK(failure(R"({"isSuccess":true,"data":[],"d\u0061ta":[]})") == ErrorCode::bad_response);
    CHECK(good(R"({"isSuccess":true,"data":[],"\u0061nother":1})").record_count() == 0);
}

TEST_CASE("the days of a record are those of its startDate and endDate, in every known format") {
    struct Case {
        const char* more;
        std::optional<DaySpan> days;
    };
    const DaySpan march{20240301, 20240331};
    const DaySpan one{20240310, 20240310};
    const Case cases[] = {
        {R"(,"startDate":"20240301","endDate":"20240331")", march},
        {R"(,"endDate" : 20240331 ,"startDate":20240301)", march},
        {R"(,"startDate":"2024-03-01","endDate":"2024-03-31T18:30:00")", march},
        {R"(,"startDate":"20240310083000")", one},
        {R"(,"startDate":null,"endDate":"20240310")", one},
        {R"(,"startDate":"March","endDate":{"startDate":"20240310"})", std::nullopt},
        {R"(,"startDate":"2024031","endDate":["20240310"])", std::nullopt},
        {R"(,"startDate":"","endDate":true)", std::nullopt},
        {R"(,"startdate":"20240301","x":{"startDate":"20240301"})", std::nullopt},
        {"", std::nullopt},
    };
    for (const Case& one_case : cases) {
        INFO(one_case.more);
        CHECK(good(envelope(record("a", one_case.more))).records.at(0).days == one_case.days);
    }
}
