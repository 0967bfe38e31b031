// JSON as a flat row of nodes.
#include "json/tree.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string shape_of(const std::string& text) {
    JsonTree tree;
    try {
        tree.read(text);
    } catch (const BadJson& bad) {
        CHECK(tree.size() == 0);
        return bad.what;
    }
    std::string shape;
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const JsonNode& node = tree.at(i);
        shape += std::to_string(i) + "-" + std::to_string(node.end) + " " + std::string(node.name) + ":" +
                 std::string(node.text) + ";";
    }
    return shape;
}

}  // namespace

TEST_CASE("a tree has each value once, with its text and where its descendants end") {
    CHECK(shape_of(R"({"a":[1,"x"],"b":{}})") ==
          R"(0-5 :{"a":[1,"x"],"b":{}};1-4 a:[1,"x"];2-3 :1;3-4 :"x";4-5 b:{};)");
    CHECK(shape_of(" [ ] ") == "0-1 :[ ];");
    CHECK(shape_of("-1.5e3") == "0-1 :-1.5e3;");
    CHECK(shape_of(R"("a\"b")") == R"(0-1 :"a\"b";)");
    CHECK(shape_of("null") == "0-1 :null;");
}

TEST_CASE("children are those right below a node") {
    JsonTree tree;
    tree.read(R"({"a":{"x":1,"y":2},"b":3})");
    std::string names;
    for (const std::size_t child : tree.children(0))
        names += tree.at(child).name;
    CHECK(names == "ab");
    CHECK(tree.at(0).children == 2);
}

TEST_CASE("what is no JSON has no tree") {
    for (const char* text :
         {"", "{", "[1,]", R"({"a"})", R"({"a":1}x)", "nul", "01", R"("\q")", "\"\x80\""}) {
        CAPTURE(text);
        CHECK(shape_of(text).substr(0, 2) != "0-");
    }
    CHECK(shape_of(std::string(200, '[') + std::string(200, ']')) == "nested deeper than 128");
}

TEST_CASE("a string's escapes represent characters") {
    CHECK(unescaped("plain") == "plain");
    CHECK(unescaped(R"(a\"\\\/\b\f\n\r\tz)") == "a\"\\/\b\f\n\r\tz");
    CHECK(unescaped(R"(\u0041\u00e9\u20ac)") == "Aé€");
    CHECK(unescaped(R"(\uD83D\uDE00)") == "😀");
    CHECK(unescaped(R"(\ud83dx)") == "\xED\xA0\xBDx");
    CHECK(unescaped(R"(\ude00)") == "\xED\xB8\x80");
    CHECK(unescaped(R"(\u0000)") == std::string(1, '\0'));
    CHECK(unescaped(R"(\ud83d\ud83d\ude00)") == "\xED\xA0\xBD😀");
}
