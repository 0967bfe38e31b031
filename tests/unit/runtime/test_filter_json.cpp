#include "unit/runtime/configuration_support.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;

namespace {

std::string filter_of(const std::string& yaml, Variables variables = {}) {
    const LoadedConfiguration loaded = parse(kMinimal + "    filter: " + yaml + "\n", std::move(variables));
    INFO(yaml << "\n" << report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    const std::string& filter = loaded.configuration.streams.at(0).spec.filter;
    CHECK(nlohmann::json::accept(filter));
    return filter;
}

}  // namespace

TEST_CASE("a filter's scalars are typed by YAML's core schema, with every digit kept") {
    const auto [yaml, json] = GENERATE(table<const char*, const char*>({
        {"20240101", "20240101"},
        {"\"20240101\"", "\"20240101\""},
        {"'1'", "\"1\""},
        {"!!str 1", "\"1\""},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"},
        {"-7", "-7"},
        {"+7", "7"},
        {"0", "0"},
        {"0.5", "0.5"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"5.", "5"},
        {"1e3", "1e3"},
        {"1.5E-3", "1.5e-3"},
        {"1e", "\"1e\""},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"0xZZ", "\"0xZZ\""},
        {"true", "true"},
        {"False", "false"},
        {"yes", "\"yes\""},
        {"off", "\"off\""},
        {"null", "null"},
        {"~", "null"},
        {"", "null"},
        {"\"\"", "\"\""},
        {"\"null\"", "\"null\""},
        {"2024-01-01", "\"2024-01-01\""},
        {"1.2.3", "\"1.2.3\""},
        {".", "\".\""},
        {"2023-12-01T22:06:47.9990000Z", "\"2023-12-01T22:06:47.9990000Z\""},
        {"active", "\"active\""},
        {"\"a\\\"b\\\\c\\n\"", "\"a\\\"b\\\\c\\n\""},
        {"\"\\u00e9\"", "\"\xc3\xa9\""},
    }));
    CHECK(filter_of(std::string("\n      a: ") + yaml) == std::string("{\"a\":") + json + "}");
}

TEST_CASE("a filter is canonical: sorted at every level, without blanks") {
    CHECK(filter_of("{ b: { $lt: 2, $gt: 1 }, a: [ { y: 1, x: 2 }, c ] }") ==
          R"({"a":[{"x":2,"y":1},"c"],"b":{"$gt":1,"$lt":2}})");
    CHECK(filter_of("{ a: [[1], [2, [3]]] }") == R"({"a":[[1],[2,[3]]]})");
    CHECK(filter_of("{}") == "{}");
    CHECK(filter_of("{ a: {}, b: [] }") == R"({"a":{},"b":[]})");
}

TEST_CASE("variables in a filter are data, and quotes decide their type") {
    CHECK(filter_of("{ a: \"${X}\" }", {{"X", "20240101"}}) == R"({"a":"20240101"})");
    CHECK(filter_of("\n      a: ${X}", {{"X", "20240101"}}) == R"({"a":20240101})");
    CHECK(filter_of("\n      a: ${X}", {{"X", "}, b: 1"}}) == R"({"a":"}, b: 1"})");
    CHECK(filter_of("\n      a: ${X}", {{"X", ""}}) == R"({"a":""})");
    CHECK(filter_of("\n      a: $${X}") == R"({"a":"${X}"})");
}
