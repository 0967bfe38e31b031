// Which fields a correction changed.
#include "versions/difference.hpp"
#include "versions/field_kind.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::vector<Difference> between(const std::string& former, const std::string& now) {
    JsonTree a;
    JsonTree b;
    a.read(former);
    b.read(now);
    return differences(a, b);
}

// "day/signInId field: was -> is", one per line.
std::string lines(const std::string& former, const std::string& now) {
    std::string text;
    for (const Difference& one : between(former, now)) {
        if (!text.empty()) text += '\n';
        if (!one.day.empty()) text += one.day + "/" + one.sign_in + " ";
        text += one.field + ": " + one.was.value_or("-") + " -> " + one.is_now.value_or("-");
    }
    return text;
}

std::string attendance(const std::string& days, const std::string& more = "") {
    return R"({"_id":"a","modified":"2024-04-01T00:00:00Z",)" + more +
           R"("attendance":{"body":{"attendanceinfo":[)" + days + "]}}}";
}

std::string day(const std::string& date, const std::string& hours, const std::string& signs = "") {
    return R"({"attendancedate":")" + date + R"(","dailysummary":{"nhtotalhours":)" + hours +
           R"(},"signinout":[)" + signs + "]}";
}

std::string sign(const std::string& id, const std::string& in) {
    return R"({"signInId":")" + id + R"(","signin":")" + in + R"("})";
}

}  // namespace

TEST_CASE("a field that was corrected is named with both values") {
    CHECK(lines(R"({"status":"new","n":{"x":1,"y":2}})", R"({"n":{"y":3,"x":1},"status":"active"})") ==
          "status: new -> active\nn.y: 2 -> 3");
    CHECK(lines(R"({"a":"x"})", "{}") == "a: x -> -");
    CHECK(lines("{}", R"({"a":{"b":"x"}})") == "a.b: - -> x");
    CHECK(lines(R"({"a":"x"})", R"({"a":{"b":1}})") == R"(a: x -> {"b":1})");
    CHECK(lines(R"({"tags":["a"]})", R"({"tags":["a","b"]})") == R"(tags: ["a"] -> ["a","b"])");
    CHECK(lines(R"({"a":true})", R"({"a":null})") == "a: true -> -");
}

TEST_CASE("nothing can be spelled in several ways") {
    CHECK(lines(R"({"a":null,"b":"","c":[],"d":{}})", "{}").empty());
    CHECK(lines(R"({"a":null,"b":""})", R"({"a":"","b":null})").empty());
}

TEST_CASE("when and how a version came is no correction") {
    CHECK(lines(R"({"modified":"2024-01-01T00:00:00Z","batch_action_id":"a","x":1})",
                R"({"modified":"2024-01-02T00:00:00Z","batch_action_id":"b","x":1})")
              .empty());
    CHECK(lines(R"({"data":{"modified":"1"}})", R"({"data":{"modified":"2"}})") == "data.modified: 1 -> 2");
}

TEST_CASE("values are compared as what their fields are") {
    CHECK(lines(R"({"familyfee":"3.280"})", R"({"familyfee":3.28})").empty());
    CHECK(lines(R"({"familyfee":"3.280"})", R"({"familyfee":"3.28"})").empty());
    CHECK(lines(R"({"invocieAmount":"100"})", R"({"invocieAmount":"1e2"})").empty());
    CHECK(lines(R"({"familyfee":"3.28"})", R"({"familyfee":"3.29"})") == "familyfee: 3.28 -> 3.29");
    CHECK(lines(R"({"familyfee":"x"})", R"({"familyfee":"0"})") == "familyfee: x -> 0");
    CHECK(lines(R"({"isabsence":"Y"})", R"({"isabsence":true})").empty());
    CHECK(lines(R"({"isabsence":"no"})", R"({"isabsence":0})").empty());
    CHECK(lines(R"({"isabsence":"N"})", R"({"isabsence":"Y"})") == "isabsence: N -> Y");
    CHECK(lines(R"({"isabsence":"maybe"})", R"({"isabsence":"perhaps"})") == "isabsence: maybe -> perhaps");
    // A text stays a text: a version 1.10 is not 1.1, and an id may have zeros.
    CHECK(lines(R"({"version":"1.1"})", R"({"version":"1.10"})") == "version: 1.1 -> 1.10");
    CHECK(lines(R"({"claimId":"007"})", R"({"claimId":"7"})") == "claimId: 007 -> 7");
    CHECK(lines(R"({"claimId":7})", R"({"claimId":"7"})").empty());
    CHECK(
        lines(R"({"created":"2024-01-01T00:00:00Z"})", R"({"created":"2024-01-01T00:00:00.000Z"})").empty());
}

TEST_CASE("a signature is there or not, and never shown") {
    CHECK(lines(R"({"parentSignature":""})", R"({"parentSignature":"AAAA"})") ==
          "parentSignature: - -> present");
    CHECK(lines(R"({"parentSignature":"AAAA"})", R"({"parentSignature":null})") ==
          "parentSignature: present -> -");
    CHECK(lines(R"({"parentSignature":"AAAA"})", R"({"parentSignature":"BBBB"})") ==
          "parentSignature: present -> changed");
    CHECK(lines(R"({"parentSignature":"a/b"})", R"({"parentSignature":"a\/b"})").empty());
    CHECK(lines(R"({"stamp":"data:image/png;base64,AAAA"})", R"({"stamp":"x"})") ==
          "stamp: present -> changed");
    CHECK(lines(R"({"MissingDailySignature":"Y"})", R"({"MissingDailySignature":"N"})") ==
          "MissingDailySignature: Y -> N");
}

TEST_CASE("days are matched by their date") {
    const std::string first = day("20240301", "1");
    const std::string second = day("20240302", "\"2.0\"");
    const std::string third = day("20240303", "3");
    CHECK(lines(attendance(first + "," + third), attendance(first + "," + second + "," + third)) ==
          "2024-03-02/ attendancedate: - -> 20240302\n2024-03-02/ dailysummary.nhtotalhours: - -> 2.0");
    CHECK(lines(attendance(first + "," + second), attendance(day("20240302", "2") + "," + first)).empty());
    CHECK(lines(attendance(second + "," + third), attendance(day("20240302", "4") + "," + third)) ==
          "2024-03-02/ dailysummary.nhtotalhours: 2.0 -> 4");
    CHECK(lines(attendance(first), attendance("")) ==
          "2024-03-01/ attendancedate: 20240301 -> -\n2024-03-01/ dailysummary.nhtotalhours: 1 -> -");
    CHECK(lines(attendance(day("20240301183000", "1")), attendance(first)) ==
          "2024-03-01/ attendancedate: 20240301183000 -> 20240301");
}

TEST_CASE("sign-ins are matched by their id") {
    const std::string former = day("20240301", "1", sign("1", "a") + "," + sign("2", "b"));
    const std::string now =
        day("20240301", "1", sign("2", "c") + "," + sign("3", "d") + "," + sign("1", "a"));
    CHECK(lines(attendance(former), attendance(now)) ==
          "2024-03-01/2 signin: b -> c\n2024-03-01/3 signInId: - -> 3\n2024-03-01/3 signin: - -> d");
}

TEST_CASE("days and sign-ins without a name of their own are matched by their order") {
    CHECK(lines(attendance(R"({"comment":"a"},{"comment":"b"})"),
                attendance(R"({"comment":"a"},{"comment":"c"})")) == "comment: b -> c");
    CHECK(lines(attendance(day("20240301", "1") + "," + day("20240301", "2")),
                attendance(day("20240301", "1") + "," + day("20240301", "3"))) ==
          "2024-03-01/ dailysummary.nhtotalhours: 2 -> 3");
    CHECK(lines(attendance(day("20240301", "1", R"({"signin":"a"},{"signin":"b"})")),
                attendance(day("20240301", "1", R"({"signin":"a"})"))) == "2024-03-01/ signin: b -> -");
}

TEST_CASE("odd bodies are compared, too") {
    CHECK(lines("[1]", "[2]") == "_value: [1] -> [2]");
    CHECK(lines("7", R"({"a":1})") == R"(_value: 7 -> {"a":1})");
    CHECK(lines(attendance("7"), attendance("8")) == "_value: 7 -> 8");
    CHECK(lines(R"({"a":1,"a":2})", R"({"a":1,"a":3})") == "a: 2 -> 3");
    CHECK(lines(R"({"a":1,"a":2})", R"({"a":1})") == "a: 2 -> -");
    CHECK(lines(R"({"\u0061":"1"})", R"({"a":"2"})") == "a: 1 -> 2");
    CHECK(lines(R"({"a":"x"})", R"({"a":"\ud800\u0000"})") == "a: x -> \uFFFD\uFFFD");
    CHECK(lines(R"({"attendance":{"body":{"attendanceinfo":"none"}}})", attendance("")) ==
          "attendance.body.attendanceinfo: none -> -\n_id: - -> a");
}

TEST_CASE("long values are shortened between characters, and long lists are cut") {
    const std::string text(600, 'x');
    std::string accents;
    for (int i = 0; i < 600; ++i)
        accents += "é";
    const auto found = between(R"({"a":")" + text + "\"}", R"({"a":"x)" + accents + "\"}");
    REQUIRE(found.size() == 1);
    CHECK(found[0].was == text);
    CHECK(found[0].is_now->size() <= kDifferenceTextMax);
    CHECK(found[0].is_now->ends_with("é…"));

    std::string many = "{";
    for (int i = 0; i < 1500; ++i)
        many += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
    const auto all = between("{}", many + "}");
    REQUIRE(all.size() == kDifferencesMax);
    CHECK(all.back() == Difference{.field = "_more", .is_now = "501"});
}

TEST_CASE("objects of many members in another order are compared in good time") {
    std::string forwards = "{\"x\":0";
    std::string backwards = "{\"x\":0";
    constexpr int count = 50'000;
    for (int i = 0; i < count; ++i) {
        forwards += ",\"f" + std::to_string(i) + "\":1";
        backwards += ",\"f" + std::to_string(count - 1 - i) + "\":1";
    }
    CHECK(between(forwards + "}", backwards + "}").empty());
}

TEST_CASE("a day of the vendor's is shown as a day") {
    CHECK(day_text("20240305") == "2024-03-05");
    CHECK(day_text("20240305183000") == "2024-03-05");
    CHECK(day_text("2024-03-05") == "2024-03-05");
    CHECK(day_text("202403") == "202403");
    CHECK(day_text("2024030x") == "2024030x");
    CHECK(day_text("").empty());
}
