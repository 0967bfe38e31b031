#include "runtime/filter_json.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace carecloud {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

std::size_t digits_at(std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

// YAML's 0o17 and 0x1F. None: another form, or more than 64 bits.
std::optional<std::string> based_number(std::string_view text) {
    const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
    if (base == 0) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data() + 2, text.data() + text.size(), value, base);
    if (text.size() == 2 || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return std::to_string(value);
}

// The parts of YAML's [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
struct DecimalParts {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;
    std::string_view exponent;  // with its sign
};

std::optional<DecimalParts> decimal_parts(std::string_view text) {
    DecimalParts parts;
    if (text.starts_with('-') || text.starts_with('+')) {
        parts.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    parts.whole = text.substr(0, digits_at(text));
    text.remove_prefix(parts.whole.size());
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        parts.fraction = text.substr(0, digits_at(text));
        text.remove_prefix(parts.fraction.size());
    }
    if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
    if (text.empty()) return parts;
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    parts.exponent = text.substr(1);
    const std::size_t sign = parts.exponent.starts_with('-') || parts.exponent.starts_with('+') ? 1 : 0;
    const std::string_view digits = parts.exponent.substr(sign);
    if (digits.empty() || digits_at(digits) != digits.size()) return std::nullopt;
    return parts;
}

// In JSON's spelling (RFC 8259, section 6).
std::string decimal_json(const DecimalParts& parts) {
    std::string out = parts.negative ? "-" : "";
    out += parts.whole.empty() ? "0" : parts.whole;
    if (!parts.fraction.empty()) out += "." + std::string(parts.fraction);
    if (!parts.exponent.empty()) out += "e" + std::string(parts.exponent);
    return out;
}

std::optional<std::string> value_json(const Field& field);

std::optional<std::string> scalar_json(const Field& field) {
    const std::string& text = field.node->text;
    if (field.node->broken) return std::nullopt;
    if (!field.node->plain || text.empty()) return quoted_json(text);
    if (one_of(text, {"null", "Null", "NULL", "~"})) return "null";
    if (one_of(text, {"true", "True", "TRUE"})) return "true";
    if (one_of(text, {"false", "False", "FALSE"})) return "false";
    if (auto number = based_number(text)) return number;
    const bool signed_number = text.front() == '-' || text.front() == '+';
    const std::string_view unsigned_text = std::string_view(text).substr(signed_number ? 1 : 0);
    if (one_of(unsigned_text, {".inf", ".Inf", ".INF"}) || one_of(text, {".nan", ".NaN", ".NAN"})) {
        field.problem("JSON does not support infinity and NaN; use a number, or quote the text");
        return std::nullopt;
    }
    const auto parts = decimal_parts(text);
    if (!parts) return quoted_json(text);
    if (parts->whole.size() > 1 && parts->whole.front() == '0') {
        field.problem("the leading zeros of a number would be lost; quote it to keep it as text");
        return std::nullopt;
    }
    return decimal_json(*parts);
}

std::optional<std::string> list_json(const Field& field) {
    std::string out = "[";
    bool complete = true;
    for (const Field& item : as_list(field)) {
        const auto value = value_json(item);
        complete = complete && value;
        if (out.size() > 1) out += ',';
        out += value.value_or("");
    }
    if (!complete) return std::nullopt;
    return out + "]";
}

std::optional<std::string> mapping_json(const Field& field) {
    std::map<std::string, std::string> members;
    bool complete = true;
    for (const YamlEntry& entry : field.node->entries) {
        const Field member{&entry.value, entry.position, join_path(field.path, entry.key), field.findings};
        if (entry.key == "$where" || entry.key == "$function") {
            field.findings->problem(
                entry.position, member.path,
                entry.key + " runs code on the server and is not allowed; compare fields instead");
            complete = false;
            continue;
        }
        const auto value = value_json(member);
        complete = complete && value;
        members[entry.key] = value.value_or("");
    }
    if (!complete) return std::nullopt;
    std::string out = "{";
    for (const auto& [key, value] : members) {
        if (out.size() > 1) out += ',';
        out += quoted_json(key) + ":" + value;
    }
    return out + "}";
}

std::optional<std::string> value_json(const Field& field) {
    switch (field.node->kind) {
        case YamlNode::Kind::null:
            return "null";
        case YamlNode::Kind::scalar:
            return scalar_json(field);
        case YamlNode::Kind::sequence:
            return list_json(field);
        case YamlNode::Kind::mapping:
            return mapping_json(field);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> filter_json(const Field& field) {
    if (field.node->kind == YamlNode::Kind::mapping) return mapping_json(field);
    field.problem("a filter must be a mapping; use {} for all records, or 'field: value' lines");
    return std::nullopt;
}

}  // namespace carecloud
