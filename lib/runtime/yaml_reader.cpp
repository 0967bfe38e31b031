#include "runtime/yaml_reader.hpp"

#include "runtime/suggest.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kDigitsMax = 9;  // 10^9 days in milliseconds fit 64 bits

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

Error wrong_quantity(std::string_view text, std::string_view what, std::string_view remedy) {
    return Error{ErrorCode::invalid_argument, "parse a value", in_quotes(text) + std::string(what),
                 std::string(remedy)};
}

// The text in the file, never a variable's value.
std::string shown(const Field& field) {
    return in_quotes(field.node->shown) + (field.node->expanded ? " (after variable expansion)" : "");
}

std::string_view name_of(YamlNode::Kind kind) {
    switch (kind) {
        case YamlNode::Kind::null:
            return "nothing";
        case YamlNode::Kind::scalar:
            return "a single value";
        case YamlNode::Kind::sequence:
            return "a list";
        case YamlNode::Kind::mapping:
            return "a mapping";
    }
    return "something else";
}

bool is_kind(const Field& field, YamlNode::Kind wanted, std::string_view remedy) {
    if (field.node->kind == wanted) return true;
    field.problem("must be " + std::string(name_of(wanted)) + ", not " +
                  std::string(name_of(field.node->kind)) + "; " + std::string(remedy));
    return false;
}

bool is_scalar(const Field& field, std::string_view remedy) {
    return !field.node->broken && is_kind(field, YamlNode::Kind::scalar, remedy);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::string_view remedy = "use an integer with a unit (ms, s, m, h or d), such as 30s or 5m";
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > kDigitsMax) return wrong_quantity(text, " is not a duration", remedy);
    const std::string_view unit = text.substr(digits);
    if (unit.empty()) return wrong_quantity(text, " has no unit", remedy);
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + digits, count);
    for (const auto& [name, factor] : kUnits) {
        if (name == unit) return std::chrono::milliseconds{count * factor};
    }
    return wrong_quantity(text, " is not a duration", remedy);
}

std::string format_duration(std::chrono::milliseconds span) {
    for (const auto& [name, factor] : kUnits) {
        if (span.count() != 0 && span.count() % factor == 0)
            return std::to_string(span.count() / factor) + std::string(name);
    }
    return "0s";
}

Result<double> parse_share(std::string_view text) {
    constexpr std::string_view remedy = "use a percentage from 0% to 100%, such as 5%";
    if (!text.ends_with('%')) return wrong_quantity(text, " has no percent sign", remedy);
    const std::string_view digits = text.substr(0, text.size() - 1);
    const bool plain = !digits.empty() && digits.find_first_not_of("0123456789.") == std::string_view::npos;
    double percent = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    if (!plain || failure != std::errc{} || end != digits.data() + digits.size() || percent > 100) {
        return wrong_quantity(text, " is not a percentage", remedy);
    }
    return percent / 100;
}

void Field::problem(std::string text) const {
    if (!node->broken) findings->problem(node->position, path, std::move(text));
}

void Field::problem(const Error& error) const {
    problem(error.hint.empty() ? error.subject : error.subject + "; " + error.hint);
}

void Field::warning(std::string text) const {
    findings->warning(node->position, path, std::move(text));
}

MappingReader::MappingReader(const Field& field) : field_(field) {
    valid_ = field.is_null() || is_kind(field, YamlNode::Kind::mapping, "use indented 'key: value' lines");
}

const YamlEntry* MappingReader::look_up(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
    const auto& entries = field_.node->entries;
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const YamlEntry& e) { return e.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

bool MappingReader::written(std::string_view key) {
    return look_up(key) != nullptr;
}

std::optional<Field> MappingReader::find(std::string_view key) {
    const YamlEntry* entry = look_up(key);
    if (!entry || entry->value.kind == YamlNode::Kind::null) return std::nullopt;
    return Field{&entry->value, entry->position, join_path(field_.path, key), field_.findings};
}

std::optional<Field> MappingReader::require(std::string_view key, std::string_view remedy) {
    std::optional<Field> found = find(key);
    if (found || !valid_) return found;
    const YamlEntry* empty = look_up(key);
    field_.findings->problem(empty ? empty->position : field_.position, join_path(field_.path, key),
                             std::string(empty ? "has no value; " : "is missing; ") + std::string(remedy));
    return std::nullopt;
}

void MappingReader::finish() {
    for (const YamlEntry& entry : field_.node->entries) {
        if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
        field_.findings->problem(entry.position, join_path(field_.path, entry.key),
                                 "unknown key; " + suggestion(entry.key, known_));
    }
}

std::optional<std::string> as_text(const Field& field) {
    if (!is_scalar(field, "use a string")) return std::nullopt;
    const std::string& text = field.node->text;
    if (text.empty()) {
        field.problem("is empty; set a value or remove the key");
        return std::nullopt;
    }
    if (has_control(text) || !is_utf8(text)) {
        field.problem("contains control characters; use one line of text");
        return std::nullopt;
    }
    return text;
}

std::optional<bool> as_bool(const Field& field) {
    if (!is_scalar(field, "use true or false")) return std::nullopt;
    const std::string& text = field.node->text;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    field.problem(shown(field) + " is not a boolean; use true or false");
    return std::nullopt;
}

std::optional<std::uint64_t> as_count(const Field& field, std::uint64_t min, std::uint64_t max) {
    const std::string remedy = "use an integer from " + std::to_string(min) + " to " + std::to_string(max);
    if (!is_scalar(field, remedy)) return std::nullopt;
    const std::string& text = field.node->text;
    std::uint64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool number = failure == std::errc{} && end == text.data() + text.size();
    if (number && count >= min && count <= max) return count;
    field.problem(shown(field) + (number ? " is out of range; " : " is not an integer in range; ") + remedy);
    return std::nullopt;
}

std::optional<double> as_share(const Field& field) {
    if (!is_scalar(field, "use a percentage such as 5%")) return std::nullopt;
    const Result<double> share = parse_share(field.node->text);
    if (share) return *share;
    if (field.node->expanded)
        field.problem(shown(field) + " is not a percentage; " + share.error().hint);
    else
        field.problem(share.error());
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> as_duration(const Field& field, std::chrono::milliseconds min,
                                                     std::chrono::milliseconds max) {
    if (!is_scalar(field, "use a duration such as 30s")) return std::nullopt;
    const auto span = parse_duration(field.node->text);
    if (!span) {
        if (field.node->expanded)
            field.problem(shown(field) + " is not a duration; " + span.error().hint);
        else
            field.problem(span.error());
        return std::nullopt;
    }
    if (*span >= min && *span <= max) return *span;
    field.problem(shown(field) + " is out of range; use " + format_duration(min) + " to " +
                  format_duration(max));
    return std::nullopt;
}

std::optional<std::size_t> as_choice(const Field& field, const std::vector<std::string_view>& words) {
    if (!is_scalar(field, "use a single word; " + suggestion("", words))) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), field.node->text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    field.problem(shown(field) + " is not a valid value; " + suggestion(field.node->text, words));
    return std::nullopt;
}

std::vector<Field> as_list(const Field& field) {
    std::vector<Field> items;
    if (field.node->broken || !is_kind(field, YamlNode::Kind::sequence, "use [a, b] or '- a' lines"))
        return items;
    for (std::size_t i = 0; i < field.node->items.size(); ++i) {
        const YamlNode& item = field.node->items[i];
        items.push_back(Field{&item, item.position, join_path(field.path, i), field.findings});
    }
    return items;
}

}  // namespace carecloud
