#include "versions/field_kind.hpp"

#include "base/ascii.hpp"
#include "base/readable_json.hpp"
#include "versions/difference.hpp"
#include "versions/same_content.hpp"

#include <algorithm>
#include <array>

namespace carecloud {
namespace {

// In lower case, because the vendor spells some of them in several ways.
constexpr std::array<std::string_view, 19> kNumbers{
    "totaldays",    "nhtotaldays",  "ahtotaldays",   "thtotalhours", "nhtotalhours",
    "ahtotalhours", "satotalhours", "sutotalhours",  "totalabsence", "wk1",
    "wk2",          "wk3",          "wk4",           "wk5",          "wk6",
    "month",        "familyfee",    "invoiceamount", "invocieamount"};
constexpr std::array<std::string_view, 6> kFlags{"isabsence",
                                                 "digitalsubmission",
                                                 "missingdailysignature",
                                                 "missingdailysiguature",
                                                 "missingconfirmsignature",
                                                 "missingconfirmsiguature"};
constexpr std::array<std::string_view, 2> kImages{"parentsignature", "providersignature"};
constexpr std::array<std::string_view, 4> kYes{"1", "y", "yes", "true"};
constexpr std::array<std::string_view, 4> kNo{"0", "n", "no", "false"};

constexpr std::string_view kImageData = "\"data:image/";

template <class Words>
bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// A scalar without its quotes. Escapes are not decoded: numbers and flags have none.
std::string_view plain(const JsonNode& node) {
    return node.kind == JsonNode::Kind::string ? node.inside() : node.text;
}

std::optional<bool> flag_of(const JsonNode& node) {
    const std::string word = ascii_lower(plain(node));
    if (has(kYes, word)) return true;
    if (has(kNo, word)) return false;
    return std::nullopt;
}

bool same_number(const JsonNode& a, const JsonNode& b) {
    return is_json_number(plain(a)) && is_json_number(plain(b)) && same_decimal(plain(a), plain(b));
}

// Does not cut a UTF-8 character.
void shorten(std::string& text) {
    constexpr std::string_view mark = "…";
    if (text.size() <= kDifferenceTextMax) return;
    std::size_t end = kDifferenceTextMax - mark.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    text += mark;
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c); });
}

}  // namespace

FieldKind field_kind(std::string_view name) {
    const std::string lower = ascii_lower(name);
    if (has(kNumbers, lower)) return FieldKind::number;
    if (has(kFlags, lower)) return FieldKind::flag;
    return has(kImages, lower) ? FieldKind::image : FieldKind::text;
}

bool has_content(const JsonNode* node) {
    if (node == nullptr) return false;
    if (!node->is_scalar()) return node->children > 0;
    return node->text != "null" && node->text != "\"\"";
}

bool same_of_kind(const JsonNode& a, const JsonNode& b, FieldKind kind) {
    if (!a.is_scalar() || !b.is_scalar()) return false;
    if (same_scalar(a, b)) return true;
    if (kind == FieldKind::flag) return flag_of(a) && flag_of(a) == flag_of(b);
    const bool one_is_number = a.kind == JsonNode::Kind::number || b.kind == JsonNode::Kind::number;
    return (kind == FieldKind::number || one_is_number) && same_number(a, b);
}

bool is_image(const JsonNode* node, FieldKind kind) {
    if (node == nullptr || node->kind != JsonNode::Kind::string) return false;
    return kind == FieldKind::image || node->text.starts_with(kImageData);
}

std::optional<std::string> shown_text(const JsonNode& node) {
    if (node.text == "null") return std::nullopt;
    const auto readable = readable_json(node.text);
    const std::string_view json = readable ? std::string_view(*readable) : node.text;
    std::string text =
        node.kind == JsonNode::Kind::string ? unescaped(json.substr(1, json.size() - 2)) : std::string(json);
    shorten(text);
    return text;
}

std::string day_text(std::string text) {
    if ((text.size() != 8 && text.size() != 14) || !all_digits(text)) return text;
    text.resize(8);
    text.insert(6, "-");
    text.insert(4, "-");
    return text;
}

}  // namespace carecloud
