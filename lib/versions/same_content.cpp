#include "versions/same_content.hpp"

#include "base/ascii.hpp"
#include "base/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// A decimal without leading and trailing zeros: `digits` times ten to the power of `exponent`. Zero has no digits.
struct Decimal {
    bool negative = false;
    std::string digits{};
    std::int64_t exponent = 0;

    friend bool operator==(const Decimal&, const Decimal&) = default;
};

// std::nullopt if the exponent is unreasonably large.
std::optional<Decimal> decimal_of(std::string_view token) {
    Decimal decimal;
    const std::size_t mark = std::min(token.find_first_of("eE"), token.size());
    std::string_view power = token.substr(std::min(mark + 1, token.size()));
    if (power.starts_with('+')) power.remove_prefix(1);
    if (!power.empty()) {
        const char* const end = power.data() + power.size();
        const auto [rest, error] = std::from_chars(power.data(), end, decimal.exponent);
        constexpr std::int64_t most = 1'000'000'000;
        if (error != std::errc{} || rest != end || decimal.exponent > most || decimal.exponent < -most)
            return std::nullopt;
    }
    bool behind_point = false;
    for (const char c : token.substr(0, mark)) {
        if (c == '-') decimal.negative = true;
        if (c == '.') behind_point = true;
        if (!is_digit(c)) continue;
        decimal.exponent -= behind_point;
        if (c != '0' || !decimal.digits.empty()) decimal.digits += c;
    }
    while (decimal.digits.ends_with('0')) {
        decimal.digits.pop_back();
        ++decimal.exponent;
    }
    if (decimal.digits.empty()) return Decimal{};
    return decimal;
}

// Both without their quotes.
bool same_string(std::string_view a, std::string_view b) {
    if (a == b) return true;
    if ((has_escape(a) || has_escape(b)) && unescaped(a) == unescaped(b)) return true;
    const auto instant = Timestamp::parse(a);
    return instant && instant == Timestamp::parse(b);
}

constexpr std::string_view kModified = "modified";

using Members = std::vector<std::pair<std::string, std::size_t>>;  // sorted by their unescaped names

Members sorted_members(const JsonTree& tree, std::size_t object) {
    Members members;
    for (const std::size_t child : tree.children(object))
        members.emplace_back(unescaped(tree.at(child).name), child);
    std::sort(members.begin(), members.end());
    return members;
}

// Compares value by value, except the member `skipped` at the top level.
class Comparison {
  public:
    Comparison(const JsonTree& former, const JsonTree& now, std::string_view skipped)
        : former_(former), now_(now), skipped_(skipped) {}

    bool same(std::size_t node, std::size_t other) const {
        const JsonNode& a = former_.at(node);
        const JsonNode& b = now_.at(other);
        if (a.text == b.text) return true;
        if (a.kind != b.kind || a.children != b.children) return false;
        if (a.is_scalar()) return same_scalar(a, b);
        if (a.kind == JsonNode::Kind::array) return same_in_order(node, other);
        return has_same_names_in_order(node, other) ? same_in_order(node, other) : same_sorted(node, other);
    }

  private:
    bool is_skipped(std::size_t parent, const JsonNode& member) const {
        return parent == 0 && !skipped_.empty() && same_name(member.name, skipped_);
    }

    bool has_same_names_in_order(std::size_t node, std::size_t other) const {
        auto b = now_.children(other).begin();
        for (const std::size_t a : former_.children(node)) {
            if (former_.at(a).name != now_.at(*b).name) return false;
            ++b;
        }
        return true;
    }

    bool same_in_order(std::size_t node, std::size_t other) const {
        auto b = now_.children(other).begin();
        for (const std::size_t a : former_.children(node)) {
            if (!is_skipped(node, former_.at(a)) && !same(a, *b)) return false;
            ++b;
        }
        return true;
    }

    bool same_sorted(std::size_t node, std::size_t other) const {
        const Members a = sorted_members(former_, node);
        const Members b = sorted_members(now_, other);
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i].first != b[i].first) return false;
            if (node == 0 && !skipped_.empty() && a[i].first == skipped_) continue;
            if (!same(a[i].second, b[i].second)) return false;
        }
        return true;
    }

    const JsonTree& former_;
    const JsonTree& now_;
    std::string_view skipped_;
};

bool has_duplicate_member(const JsonTree& tree) {
    for (std::size_t node = 0; node < tree.size(); ++node) {
        if (tree.at(node).kind != JsonNode::Kind::object) continue;
        const Members members = sorted_members(tree, node);
        const auto twice =
            std::adjacent_find(members.begin(), members.end(),
                               [](const auto& one, const auto& next) { return one.first == next.first; });
        if (twice != members.end()) return true;
    }
    return false;
}

}  // namespace

bool same_decimal(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto left = decimal_of(a);
    return left && left == decimal_of(b);
}

bool same_scalar(const JsonNode& a, const JsonNode& b) {
    if (a.kind != b.kind) return false;
    if (a.text == b.text) return true;
    if (a.kind == JsonNode::Kind::number) return same_decimal(a.text, b.text);
    return a.kind == JsonNode::Kind::string && same_string(a.inside(), b.inside());
}

bool same_name(std::string_view a, std::string_view b) {
    return a == b || ((has_escape(a) || has_escape(b)) && unescaped(a) == unescaped(b));
}

bool same_content(const JsonTree& former, const JsonTree& now) {
    const bool is_record = former.at(0).kind == JsonNode::Kind::object;
    const Comparison comparison(former, now, is_record ? kModified : std::string_view());
    // Duplicates are searched only in the few that seem to be equal, because the search is expensive.
    return comparison.same(0, 0) && !has_duplicate_member(former) && !has_duplicate_member(now);
}

bool same_value(const JsonTree& former, std::size_t node, const JsonTree& now, std::size_t other) {
    return Comparison(former, now, {}).same(node, other);
}

}  // namespace carecloud
