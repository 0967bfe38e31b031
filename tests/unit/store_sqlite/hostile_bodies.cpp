#include "unit/store_sqlite/hostile_bodies.hpp"

#include "portal/records.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <regex>

namespace carecloud {
namespace {

// A number, a date, a flag or a time in all the forms that it was or might be sent in.
const char* const kValues =
    R"([null, true, false, 0, 1, 7, -3, 2.5, "", "Y", "n", "Yes", "FALSE", "maybe", "3.28", "08.50",
    ".5", "5.", "-0.25", "+1", " 4 ", "1,5", "1e2", "1e999", "-1e999", "0x10", "--3", ".", "e5", "nan", "3 4",
    20240301, 20241399, "20240301", "20240229", "20230229", "20240230", "20241399", "20240301T", "202403011830",
    "20240331183000", "20240331240000", "20240331236000", "2024-03-01", "00000101", "2024 301", "\u0662\u0660240301",
    "20170103 02:44 PM", "20170103 12:00 am", "20170103 12:59 PM", "20170103 00:10 AM", "20170103 13:10 PM",
    "20170103 2:44 PM", "20170103 02:60 PM", "20170230 02:44 PM", "20170103 02:44", "20170103 02:44 PMM", "\"", "\\",
    [], {}, [1], ["20240301"], {"a": 1}, [[]], [{"signin": 5}], {"attendanceinfo": 5}, {"0": {}}, "{}", "[]"])";

// As they stand in a body.
constexpr std::array kTokens{
    "1e999",
    "-1e999",
    "1e400000",
    "1e308",
    "1.1e308",
    "-1e308",
    "1e-400",
    "1e-400000",
    "99999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "123456789012345678",
    "12345678901234567890.5",
    "0.30000000000000004",
    "-0",
    "-0.0",
    "1.0",
    "1.50",
    "1E+2",
    "1e14",
    "1e15",
    "1.5e20",
    "123456.789e3",
    "0.0001",
    "0.00001",
    "2.0240301e7",
    "20240301.0",
    "20240301183000",
    R"("00012")",
    R"("1e00002")",
    R"("1e99999999999")",
    R"("-1e-99999999999")",
    R"("0e999999")",
    R"("0.000000000000000000000000000000000000000001e42")",
    R"("5.e3")",
    R"(".e5")",
    R"("1e")",
    R"("1e+")",
    R"("+.5")",
    R"("-")",
    R"("-0")",
    R"("\n4\t")",
    R"("4\u000b")",
    R"("4\u00a0")",
    R"("\u0032\u0030240301")",
    R"("\ud800")",
    R"("\udc00\ud800")",
    R"("\ud83d\ude00")",
    R"("\\ud800")",
    R"("\u0000")",
    R"("a\u0000b")",
    R"("20240301\u0000")",
    R"("\ufffd")",
    R"("\ufeff20240301")",
    R"("\u212a")",
    R"("\u0130")",
    R"("20000229")",
    R"("19000229")",
    R"("20001231235959")",
    R"("20001231235960")",
    R"([ 1 , 2,"a  b" ])",
    R"({ "a" : "b c\" d" })",
    R"({"b":[1,{"c":"\ud800"}],"x y":"\udc00","a.b":"\u0000","$":"\u0000","1a":["\ud800"]})",
};

// Before a raw token or name in the text of a mangled body.
constexpr char kMark = '\x7f';

}  // namespace

std::uint64_t seed_of_run() {
    const char* given = std::getenv("CARECLOUD_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "CARECLOUD_SEED=" << seed << std::endl;
    return seed;
}

Spoiler::Spoiler(std::uint64_t seed) : random_(seed), values_(OrderedJson::parse(kValues)) {}

std::string Spoiler::spoiled(std::uint64_t index) {
    OrderedJson body = record(index);
    for (std::uint64_t left = 1 + below(12); left > 0; --left)
        spoil(body);
    return body.dump();
}

// A parsed body holds neither two members with one name nor tokens as they stand: marks hold their places.
std::string Spoiler::mangled(std::uint64_t index) {
    OrderedJson body = record(index);
    for (std::uint64_t left = below(4); left > 0; --left)
        spoil(body);
    for (std::uint64_t left = 1 + below(12); left > 0; --left)
        mangle(body);
    std::string text = body.dump(below(4) == 0 ? 1 : -1);
    text = std::regex_replace(text,
                              std::regex("\"\x7f"
                                         "[0-9]+\x7f"),
                              "\"");
    for (std::size_t i = 0; i < kTokens.size(); ++i) {
        const std::string mark = '"' + std::string(1, kMark) + 't' + std::to_string(i) + '"';
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.replace(at, mark.size(), kTokens[i]);
    }
    return text;
}

std::size_t Spoiler::below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
}

OrderedJson Spoiler::record(std::uint64_t index) const {
    auto body =
        OrderedJson::parse(make_record(7, index, index % 3 == 0 ? RecordShape::full : RecordShape::light));
    auto& days = body["attendance"]["body"]["attendanceinfo"];
    days.erase(days.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(days.size(), 3)), days.end());
    return body;
}

// A value in it, or itself if it is empty.
OrderedJson* Spoiler::somewhere(OrderedJson& root) {
    OrderedJson* at = &root;
    while (at->is_structured() && !at->empty() && (at == &root || below(6) > 0))
        at = &*std::next(at->begin(), static_cast<std::ptrdiff_t>(below(at->size())));
    return at;
}

void Spoiler::spoil(OrderedJson& root) {
    OrderedJson* const at = somewhere(root);
    if (at != &root) *at = values_[below(values_.size())];
}

void Spoiler::mangle(OrderedJson& root) {
    static constexpr std::array names{"x y", "a.b", "$", "1a", "a1"};
    OrderedJson* const at = somewhere(root);
    const std::string token = std::string(1, kMark) + 't' + std::to_string(below(kTokens.size()));
    if (at != &root && below(4) > 0) {
        *at = token;
        return;
    }
    OrderedJson* object = &root;
    for (OrderedJson* in = &root; in->is_structured() && !in->empty() && below(3) > 0;) {
        in = &*std::next(in->begin(), static_cast<std::ptrdiff_t>(below(in->size())));
        if (in->is_object() && !in->empty()) object = in;
    }
    // One of its names again, or a name that the views do not know, at the beginning or the end.
    const std::string name =
        below(3) == 0 ? names[below(names.size())]
                      : std::next(object->begin(), static_cast<std::ptrdiff_t>(below(object->size()))).key();
    const std::string marked = kMark + std::to_string(marks_++) + kMark + name;
    if (name.front() == kMark) return;
    OrderedJson extended = OrderedJson::object();
    const bool first = below(2) == 0;
    if (first) extended[marked] = token;
    for (const auto& [key, value] : object->items())
        extended[key] = value;
    if (!first) extended[marked] = token;
    *object = std::move(extended);
}

std::vector<std::string> misshapen_bodies() {
    std::string deep = "1";
    for (int i = 0; i < 100; ++i)
        deep = (i % 2 == 0 ? "[" : R"({"attendance":)") + deep + (i % 2 == 0 ? "]" : "}");
    return {
        "{}",
        R"({"attendance":null})",
        R"({"attendance":"x"})",
        R"({"attendance":3})",
        R"({"attendance":[1,2,3]})",
        R"({"attendance":{}})",
        R"({"attendance":{"body":"{}"}})",
        R"({"attendance":{"body":[[]]}})",
        R"({"attendance":{"body":{"attendanceinfo":"abc"}}})",
        R"({"attendance":{"body":{"attendanceinfo":true}}})",
        R"({"attendance":{"body":{"attendanceinfo":{"signinout":[{}]}}}})",
        R"({"attendance":{"body":{"attendanceinfo":[1,"NaN","{",null,[{"signinout":[1]}],{"signinout":"no"}]}}})",
        R"({"attendance":{"body":{"attendanceinfo":[{"signinout":[null,"x",{}, [2]]},{"dailysummary":[]}]}}})",
        R"({"attendance":)" + deep + "}",
        R"({"":{},"$":1,"a.b":[],"\"":2,"attendance.body":{"attendanceinfo":[1]},"childName":"\ud800\u0001"})",
    };
}

std::vector<std::string> extreme_bodies() {
    return {
        R"({"startDate":1e999,"attendance":{"body":{"familyfee":1e999,"invoiceamount":-1e999,"summary":{"wk1":1e308,
            "wk2":99999999999999999999,"wk3":"9e307","wk4":1e-400}}}})",
        R"({"claimId":"first","claimId":"second","startDate":"20241399","startDate":"20240301"})",
        R"({"claimId":"\u0041","startDate":"\u00320240301","attendance":{"body":{"familyfee":"\u0033.5"}}})",
    };
}

std::string unreadable_body() {
    return R"({"status":"\ud83d\ude00 whole","childName":"A\ud800B","providerName":"x\u0000y","category":"\\ud800",)"
           R"("comment":"\udc00\udbff","tags":["\ud800"],"startDate":"2024\u00000301","attendance":{"body":)"
           R"({"attendanceinfo":[{"comment":"\u0000","absencetype":"Z","signinout":[{"comment":"\ude00!"}]}]}}})";
}

}  // namespace carecloud
