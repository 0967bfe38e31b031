// JSON whose texts can be written as UTF-8 without NUL.
#include "base/readable_json.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string readable(std::string_view json) {
    const auto found = readable_json(json);
    return found ? *found : "as it is";
}

}  // namespace

TEST_CASE("unpaired surrogates and NUL become U+FFFD, and nothing else changes") {
    CHECK(readable(R"({"a":"x\ud800y"})") == R"({"a":"x\ufffdy"})");
    CHECK(readable(R"({"a":"\uDFFF"})") == R"({"a":"\ufffd"})");
    CHECK(readable(R"({"a":"\u0000\u0001"})") == R"({"a":"\ufffd\u0001"})");
    CHECK(readable(R"({"\ud800":"\udbff\ud83d\ude00\ude00"})") == R"({"\ufffd":"\ufffd\ud83d\ude00\ufffd"})");
    CHECK(readable(R"("\ud800\ud800\udc00")") == R"("\ufffd\ud800\udc00")");
    CHECK(readable(R"("\ud800\n\udc00")") == R"("\ufffd\n\ufffd")");
    CHECK(readable(R"("\ud800)") == R"("\ufffd)");  // truncated, which no caller passes
    CHECK(readable(R"("\\\u0000")") == R"("\\\ufffd")");
}

TEST_CASE("readable text is not copied") {
    for (const char* json : {"{}", R"({"a":"Zo\u00eb \"x\" \\"})", R"("\ud83d\ude00")",
                             R"("\\u0000 \\ud800")", R"("\uFFFD \uE000 \uD7FF")", R"("\)", R"("\u00)", ""}) {
        INFO(json);
        CHECK(readable(json) == "as it is");
    }
}
