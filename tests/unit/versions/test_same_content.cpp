// Whether two versions differ only in their bytes.
#include "versions/same_content.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

bool same(const std::string& former, const std::string& now) {
    JsonTree a;
    JsonTree b;
    a.read(former);
    b.read(now);
    const bool forwards = same_content(a, b);
    CHECK(same_content(b, a) == forwards);
    return forwards;
}

}  // namespace

TEST_CASE("the spelling of a version is not its content") {
    CHECK(same(R"({"a":1,"b":[2,{"c":3}]})", R"({ "b" : [ 2, {"c":3} ], "a" : 1 })"));
    CHECK(same(R"({"a":3.28})", R"({"a":3.280})"));
    CHECK(same(R"({"a":3.28})", R"({"a":328e-2})"));
    CHECK(same(R"({"a":100})", R"({"a":1E+2})"));
    CHECK(same(R"({"a":0})", R"({"a":-0.0e9})"));
    CHECK(same(R"({"a":"é/"})", R"({"a":"\u00e9\/"})"));
    CHECK(same(R"({"\u0061":1})", R"({"a":1})"));
    CHECK(same(R"({"at":"2024-03-13T19:08:57.1630000Z"})", R"({"at":"2024-03-13T19:08:57.163Z"})"));
    CHECK(same(R"({"at":"2024-03-13T19:08:57Z"})", R"({"at":"2024-03-13T20:08:57+01:00"})"));
    CHECK(same(R"([1,2])", "[1, 2.0]"));
    CHECK(same("{}", " {} "));
}

TEST_CASE("the record's own modified is ignored, another one is not") {
    CHECK(
        same(R"({"modified":"2024-01-01T00:00:00Z","a":1})", R"({"modified":"2025-01-01T00:00:00Z","a":1})"));
    CHECK(same(R"({"a":1,"modified":"x"})", R"({"modified":7,"a":1})"));
    CHECK_FALSE(same(R"({"x":{"modified":1}})", R"({"x":{"modified":2}})"));
    CHECK_FALSE(same(R"({"x":{"modified":1,"b":1}})", R"({"x":{"b":1,"modified":2}})"));
    CHECK_FALSE(same(R"({"modified":1})", R"({"other":1})"));
}

TEST_CASE("any value that differs is other content") {
    CHECK_FALSE(same(R"({"a":1})", R"({"a":"1"})"));
    CHECK_FALSE(same(R"({"a":3.28})", R"({"a":3.2800000000000000000000000001})"));
    CHECK_FALSE(same(R"({"a":0.1})", R"({"a":0.1000000000000000055511151231257827})"));
    CHECK_FALSE(same(R"({"a":null})", "{}"));
    CHECK_FALSE(same(R"({"a":null})", R"({"a":""})"));
    CHECK_FALSE(same(R"({"a":[1,2]})", R"({"a":[2,1]})"));
    CHECK_FALSE(same(R"({"a":[1]})", R"({"a":[1,1]})"));
    CHECK_FALSE(same(R"({"a":{}})", R"({"a":[]})"));
    CHECK_FALSE(same(R"({"a":true})", R"({"a":false})"));
    CHECK_FALSE(same(R"({"a":"x"})", R"({"a":"x "})"));
    CHECK_FALSE(same(R"({"a":1,"b":2})", R"({"a":2,"b":1})"));
    CHECK_FALSE(same(R"({"a":1,"b":2})", R"({"a":1,"c":2})"));
    CHECK_FALSE(same(R"({"a":"\ud83d"})", R"({"a":"\ufffd"})"));
    CHECK_FALSE(same(R"({"at":"2024-03-13T19:08:57Z"})", R"({"at":"2024-03-13T19:08:58Z"})"));
}

TEST_CASE("a member that occurs twice proves nothing") {
    CHECK_FALSE(same(R"({"a":1,"a":1})", R"({"a":1, "a":1})"));
    CHECK_FALSE(same(R"({"a":1,"b":{"x":1,"\u0078":2}})", R"({"a":1.0,"b":{"x":1,"\u0078":2}})"));
    CHECK_FALSE(same(R"({"a":1,"b":2})", R"({"a":1,"a":2})"));
}

TEST_CASE("decimals are compared exactly, whatever their size") {
    CHECK(same_decimal("1e400", "10e399"));
    CHECK_FALSE(same_decimal("1e400", "1e401"));
    CHECK(same_decimal("0.00", "-0"));
    CHECK(same_decimal("0e999999999999999999999", "0e999999999999999999999"));
    CHECK_FALSE(same_decimal("1e999999999999999999999", "1e999999999999999999998"));
    CHECK_FALSE(same_decimal("1", "-1"));
    CHECK(same_decimal("-120", "-1.20e+2"));
    const std::string zeros(100'000, '0');
    CHECK(same_decimal("1" + zeros, "1e100000"));
}
