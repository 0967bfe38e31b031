// The section `streams`; converts each stream's filter to JSON.
#include "base/ascii.hpp"
#include "runtime/configuration_sections.hpp"
#include "runtime/suggest.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

std::size_t digits_at(std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

// Converts YAML's 0o17 and 0x1F to decimal. std::nullopt if the text has another form or exceeds 64 bits.
std::optional<std::string> based_number(std::string_view text) {
    const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
    if (base == 0) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data() + 2, text.data() + text.size(), value, base);
    if (text.size() == 2 || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return std::to_string(value);
}

// The parts of YAML's [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?.
struct DecimalParts {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;
    std::string_view exponent;  // including its sign
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

// The number in JSON's notation (RFC 8259, section 6).
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

// Converts a stream's filter from YAML to the JSON text that is sent to the portal and that the fingerprint is computed
// from. The JSON is canonical: keys sorted by bytes, no blanks. So the order in the file is irrelevant, but a filter
// that must match a whole sub-document should use dotted names. Types follow YAML 1.2's core schema (10.3.2): quoted
// scalars are text; plain null, true, false, integers and floats are typed; other plain scalars are text. Numbers keep
// all their digits. These are problems, for which the result is std::nullopt: anything but a mapping; $where or
// $function, which run code in the server; .inf and .nan, which JSON lacks; a plain number with leading zeros, which
// was surely meant as text.
std::optional<std::string> filter_json(const Field& field) {
    if (field.node->kind == YamlNode::Kind::mapping) return mapping_json(field);
    field.problem("a filter must be a mapping; use {} for all records, or 'field: value' lines");
    return std::nullopt;
}

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kFieldNameMax = 256;

// The entities in the vendor's API documentation.
constexpr std::array<std::string_view, 14> kDocumentedEntities{
    "claim_attendance", "claim",       "family",         "family_member", "family_income",
    "family_need",      "family_case", "family_invoice", "provider",      "provider_holiday",
    "provider_payment", "care",        "document",       "note"};

bool is_small(char c) {
    return c >= 'a' && c <= 'z';
}

std::optional<std::string> as_entity(const Field& field) {
    std::optional<std::string> name = as_text(field);
    if (!name) return std::nullopt;
    const bool fit = name->size() <= kNameMax && is_small(name->front()) &&
                     std::all_of(name->begin(), name->end(),
                                 [](char c) { return is_small(c) || is_digit(c) || c == '_'; });
    if (!fit) {
        field.problem(in_quotes(field.node->shown) +
                      " is not an entity name (lowercase letters, digits and '_'); " +
                      suggestion(*name, kDocumentedEntities));
        return std::nullopt;
    }
    if (std::find(kDocumentedEntities.begin(), kDocumentedEntities.end(), *name) ==
        kDocumentedEntities.end()) {
        field.warning(in_quotes(field.node->shown) + " is not a documented entity of the portal; " +
                      suggestion(*name, kDocumentedEntities));
    }
    return name;
}

bool is_field_name(std::string_view name) {
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; };
    return name.size() <= kFieldNameMax && !is_digit(name.front()) && name.front() != '.' &&
           name.back() != '.' && name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), fits);
}

// MongoDB refuses a projection that contains a field and a part of it ("path collision").
bool collide(const std::string& a, const std::string& b) {
    return a.starts_with(b + ".") || b.starts_with(a + ".");
}

void add_field_name(const Field& field, std::vector<std::string>& fields) {
    std::optional<std::string> name = as_text(field);
    if (!name) return;
    if (!is_field_name(*name)) {
        field.problem(in_quotes(field.node->shown) +
                      " is not a field name; use a name such as status or attendance.header");
        return;
    }
    for (const std::string& other : fields) {
        if (other == *name) {
            field.problem(in_quotes(*name) + " is a duplicate; remove it");
            return;
        }
        if (collide(other, *name)) {
            field.problem(in_quotes(*name) + " and " + in_quotes(other) + " overlap; keep the shorter one");
            return;
        }
    }
    fields.push_back(std::move(*name));
}

// Sorted: their order is irrelevant, and a new order must not look like a new stream (hazard 14).
std::vector<std::string> read_fields(const Field& field) {
    std::vector<std::string> fields;
    const std::vector<Field> items = as_list(field);
    for (const Field& item : items)
        add_field_name(item, fields);
    const bool all_good = fields.size() == items.size();
    std::erase_if(fields, [](const std::string& name) { return name == "_id" || name == "modified"; });
    if (all_good && fields.empty() && !items.empty()) {
        field.problem("_id and modified are always fetched; add another field, or use [] for whole records");
    }
    std::sort(fields.begin(), fields.end());
    return fields;
}

void read_reconcile(const Field& field, ReconcileSettings& settings) {
    MappingReader reconcile(field);
    if (const auto f = reconcile.find("every")) assign(as_duration(*f, 1min, 366 * 24h), settings.every);
    if (const auto f = reconcile.find("whole_every"))
        assign(as_duration(*f, 1min, 366 * 24h), settings.whole_every);
    if (const auto f = reconcile.find("deep")) assign(as_bool(*f), settings.deep);
    if (const auto f = reconcile.find("stop_above")) assign(as_share(*f), settings.stop_above);
    if (const auto f = reconcile.find("stop_above_count")) {
        assign(as_count(*f, 0, 1'000'000'000'000), settings.stop_above_count);
    }
    reconcile.finish();
}

void read_stream(const Field& field, StreamSettings& settings, std::map<std::string, SourcePosition>& seen) {
    MappingReader stream(field);
    if (const auto f =
            stream.require("entity", "set it to the entity to synchronize, such as claim_attendance")) {
        assign(as_entity(*f), settings.spec.entity);
        const auto [first, is_new] = seen.try_emplace(settings.spec.entity, f->node->position);
        if (!is_new && !settings.spec.entity.empty()) {
            f->problem(in_quotes(f->node->shown) + " already has a stream at line " +
                       std::to_string(first->second.line) + "; keep one stream with a filter for both");
        }
    }
    if (const auto f = stream.find("poll_every")) assign(as_duration(*f, 1s, 24h), settings.poll_every);
    if (const auto f = stream.find("overlap")) assign(as_duration(*f, 0s, 7 * 24h), settings.overlap);
    if (const auto f = stream.find("filter")) assign(filter_json(*f), settings.spec.filter);
    if (const auto f = stream.find("fields")) settings.spec.fields = read_fields(*f);
    if (const auto f = stream.find("reconcile")) read_reconcile(*f, settings.reconcile);
    stream.finish();
}

}  // namespace

void read_streams(const Field& field, const PortalSettings& portal, std::vector<StreamSettings>& streams) {
    const std::vector<Field> items = as_list(field);
    if (items.empty() && field.node->kind == YamlNode::Kind::sequence) {
        field.problem("no streams; add at least '- entity: claim_attendance'");
    }
    std::map<std::string, SourcePosition> seen;
    for (const Field& item : items) {
        StreamSettings settings;
        settings.spec.workspace_id = portal.workspace_id;
        settings.spec.bucket_id = portal.bucket_id;
        read_stream(item, settings, seen);
        streams.push_back(std::move(settings));
    }
}

}  // namespace carecloud
