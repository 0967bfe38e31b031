// A comparison of two versions skips what is the same in both, and has the same result as comparing everything.
#include "json/tree_pair.hpp"
#include "unit/versions/test_seed.hpp"
#include "versions/difference.hpp"
#include "versions/same_content.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// The texts of all nodes except the root.
std::string nodes_of(const JsonTree& tree) {
    std::string text;
    for (std::size_t i = 1; i < tree.size(); ++i)
        text += std::string(tree.at(i).name) + ":" + std::string(tree.at(i).text) + ";";
    return text;
}

std::string nodes_of_pair(const std::string& former, const std::string& now) {
    TreePair pair;
    try {
        pair.read(former, now);
    } catch (const BadJson& bad) {
        CHECK(pair.former().size() + pair.now().size() == 0);
        return bad.what;
    }
    return nodes_of(pair.former()) + " | " + nodes_of(pair.now());
}

std::vector<Difference> differences_of_all(const std::string& former, const std::string& now) {
    JsonTree a;
    JsonTree b;
    a.read(former);
    b.read(now);
    return differences(a, b);
}

// Records with days and sign-ins, in which no object names a member twice.
class Records {
  public:
    explicit Records(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }
    std::string record() {
        return R"({"_id":"a","status":)" + scalar() + R"(,"attendance":{"header":)" + value(2) +
               R"(,"body":{"familyfee":)" + scalar() + R"(,"attendanceinfo":)" + days() + R"(,"other":)" +
               value(3) + R"(}},"tags":)" + value(2) + R"(,"modified":"2024-01-0)" +
               std::to_string(1 + below(9)) + R"("})";
    }
    // Another version: some values are others, some parts are replaced. No two days or sign-ins get the same key.
    std::string changed(std::string record) {
        for (std::size_t count = below(4); count > 0; --count) {
            const std::size_t at = record.find_first_of("0123456789", below(record.size()));
            if (at == std::string::npos) continue;
            const std::string member = record.substr(0, record.rfind(':', at));
            if (!member.ends_with("\"attendancedate\"") && !member.ends_with("\"signInId\""))
                record[at] = static_cast<char>('1' + below(9));
        }
        if (below(3) == 0) replace_part(record, "\"tags\":", "\"modified\"", value(2) + ",");
        if (below(3) == 0) replace_part(record, "\"attendanceinfo\":", "\"other\"", days() + ",");
        if (below(4) == 0)
            replace_part(record, "\"familyfee\":", "\"attendanceinfo\"", value(1) + ",\"new\":1,");
        return record;
    }

  private:
    static void replace_part(std::string& text, const std::string& behind, const std::string& before,
                             const std::string& with) {
        const std::size_t from = text.find(behind) + behind.size();
        text.replace(from, text.find(before, from) - from, with);
    }
    std::string scalar() {
        const std::vector<std::string> all{"null",          "\"\"", "1",     "1.0",
                                           "\"1\"",         "true", "\"x\"", "\"a\\\"b\"",
                                           "\"long text\"", "-2e3", "{}",    "[]"};
        return all[below(all.size())];
    }
    std::string value(std::size_t depth) {
        if (depth == 0 || below(3) == 0) return scalar();
        const bool is_object = below(2) == 0;
        std::string text(1, is_object ? '{' : '[');
        for (std::size_t i = 0, count = below(4); i < count; ++i) {
            if (i > 0) text += below(5) == 0 ? " , " : ",";
            if (is_object) text += std::string("\"m") + static_cast<char>('a' + i) + "\":";
            text += value(depth - 1);
        }
        return text + (is_object ? '}' : ']');
    }
    std::string days() {
        std::string text = "[";
        std::size_t date = 1 + below(3);
        for (std::size_t i = 0, count = below(6); i < count; ++i, date += 1 + below(2))
            text += std::string(i > 0 ? "," : "") + R"({"attendancedate":"2024010)" + std::to_string(date) +
                    R"(","hours":)" + scalar() + R"(,"signinout":[{"signInId":"s1","signin":)" + scalar() +
                    R"(},{"signInId":"s2","signin":)" + scalar() + R"(}],"comment":)" + value(1) + "}";
        return text + "]";
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("what is the same at the same place is left out") {
    CHECK(nodes_of_pair(R"({"a":1,"b":{"c":2,"d":3},"e":[1]})", R"({"a":1,"b":{"c":2,"d":4},"e":[1]})") ==
          R"(b:{"c":2,"d":3};d:3; | b:{"c":2,"d":4};d:4;)");
    CHECK(nodes_of_pair("[1,2,3]", "[1,20,3]") == ":2; | :20;");
    CHECK(nodes_of_pair("[1]", "[12]") == ":1; | :12;");
    CHECK(nodes_of_pair(R"({"a":1})", R"( {"a":1} )") == " | ");
}

TEST_CASE("an element that differs is there as a whole") {
    CHECK(
        nodes_of_pair(R"([{"id":1,"v":{"x":1}},{"id":2,"s":{"y":[1]},"v":1}])",
                      R"([{"id":1,"v":{"x":1}},{"id":2,"s":{"y":[1]},"v":2}])") ==
        R"(:{"id":2,"s":{"y":[1]},"v":1};id:2;s:{"y":[1]};y:[1];:1;v:1; | :{"id":2,"s":{"y":[1]},"v":2};id:2;s:{"y":[1]};y:[1];:1;v:2;)");
}

TEST_CASE("members in another order are all there") {
    CHECK(nodes_of_pair(R"({"z":0,"a":1,"b":2})", R"({"z":0,"b":2,"a":1})") == "a:1;b:2; | b:2;a:1;");
    CHECK(nodes_of_pair(R"({"a":1})", R"({"a":1,"b":2})") == "a:1; | a:1;b:2;");
}

TEST_CASE("what is no JSON, in either, has no trees") {
    const std::string good = R"({"a":[1,{"b":"x"}],"c":2})";
    for (const std::string bad : {"", "{", R"({"a":[1,{"b":"x"}],"c")", R"({"a":[1,{"b":"x"}],"c":)",
                                  R"({"a":[1,{"b":"x"}],"c":2}x)", R"({"a":[1,{"b":"x"},"c":2})", "nul"}) {
        CAPTURE(bad);
        CHECK(nodes_of_pair(good, bad).find('|') == std::string::npos);
        CHECK(nodes_of_pair(bad, good).find('|') == std::string::npos);
    }
    const std::string deep = std::string(200, '[') + "1" + std::string(200, ']');
    CHECK(nodes_of_pair(deep, std::string(200, '[') + "2" + std::string(200, ']')) ==
          "nested deeper than 128");
}

TEST_CASE("the differences are those between the whole texts") {
    const unsigned seed = versions_seed();
    CAPTURE(seed);
    Records records(seed);
    TreePair pair;
    JsonTree former_tree;
    JsonTree now_tree;
    for (int round = 0; round < 3000; ++round) {
        const std::string former = records.record();
        const std::string now = records.changed(former);
        CAPTURE(former, now);
        pair.read(former, now);
        REQUIRE(differences(pair.former(), pair.now()) == differences_of_all(former, now));
        former_tree.read(former);
        now_tree.read(now);
        REQUIRE(same_content(pair.former(), pair.now()) == same_content(former_tree, now_tree));
    }
}
