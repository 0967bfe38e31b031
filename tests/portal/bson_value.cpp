#include "portal/bson_value.hpp"

#include "base/timestamp.hpp"

#include <algorithm>

namespace carecloud {
namespace {

template <class T>
int order(const T& a, const T& b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_object_id(std::string_view text) {
    return text.size() == 24 && std::all_of(text.begin(), text.end(), is_lower_hex);
}

std::int64_t floor_ms(Timestamp at) {
    const std::int64_t ms = at.ticks / Timestamp::ticks_per_millisecond;
    return at.ticks % Timestamp::ticks_per_millisecond < 0 ? ms - 1 : ms;
}

BsonValue date_value(std::int64_t ms) {
    return {.type = BsonType::date, .date_ms = ms};
}

BsonValue number_value(const Json& json) {
    BsonValue value{.type = BsonType::number};
    if (json.is_number_unsigned())
        value.number = static_cast<long double>(json.get<std::uint64_t>());
    else if (json.is_number_integer())
        value.number = static_cast<long double>(json.get<std::int64_t>());
    else
        value.number = static_cast<long double>(json.get<double>());
    return value;
}

std::optional<BsonValue> object_id_literal(const Json& hex) {
    if (!hex.is_string()) return std::nullopt;
    const auto& text = hex.get_ref<const std::string&>();
    if (!is_object_id(text)) return std::nullopt;
    return BsonValue{.type = BsonType::object_id, .text = text};
}

std::optional<BsonValue> date_literal(const Json& date) {
    if (date.is_number_integer()) return date_value(date.get<std::int64_t>());
    if (!date.is_string()) return std::nullopt;
    const auto at = Timestamp::parse(date.get_ref<const std::string&>());
    if (!at) return std::nullopt;
    return date_value(floor_ms(*at));
}

int compare_arrays(const Json& a, const Json& b) {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (const int difference = compare(bson_value(a[i]), bson_value(b[i]))) return difference;
    }
    return order(a.size(), b.size());
}

// Compares member by member, in order: type, then name, then value.
int compare_objects(const Json& a, const Json& b) {
    auto left = a.begin();
    auto right = b.begin();
    for (; left != a.end() && right != b.end(); ++left, ++right) {
        const BsonValue x = bson_value(left.value());
        const BsonValue y = bson_value(right.value());
        if (const int difference = order(x.type, y.type)) return difference;
        if (const int difference = left.key().compare(right.key())) return difference;
        if (const int difference = compare(x, y)) return difference;
    }
    return order(a.size(), b.size());
}

}  // namespace

BsonValue bson_text(std::string_view text, FieldType type) {
    if (type == FieldType::object_id && is_object_id(text))
        return {.type = BsonType::object_id, .text = text};
    if (type == FieldType::date) {
        if (const auto at = Timestamp::parse(text)) return date_value(floor_ms(*at));
    }
    return {.type = BsonType::string, .text = text};
}

BsonValue bson_value(const Json& json, FieldType type) {
    if (json.is_string()) return bson_text(json.get_ref<const std::string&>(), type);
    if (json.is_number()) return number_value(json);
    if (json.is_boolean()) return {.type = BsonType::boolean, .truth = json.get<bool>()};
    if (json.is_object()) return {.type = BsonType::object, .json = &json};
    if (json.is_array()) return {.type = BsonType::array, .json = &json};
    return {};
}

std::optional<BsonValue> bson_literal(const Json& json) {
    if (!json.is_object() || json.empty() || !json.begin().key().starts_with('$')) return bson_value(json);
    if (json.size() != 1) return std::nullopt;
    const auto only = json.begin();
    if (only.key() == "$oid") return object_id_literal(only.value());
    if (only.key() == "$date") return date_literal(only.value());
    return std::nullopt;
}

int compare(const BsonValue& a, const BsonValue& b) {
    if (a.type != b.type) return order(a.type, b.type);
    switch (a.type) {
        case BsonType::null:
            return 0;
        case BsonType::number:
            return order(a.number, b.number);
        case BsonType::string:
        case BsonType::object_id:
            return a.text.compare(b.text);
        case BsonType::object:
            return compare_objects(*a.json, *b.json);
        case BsonType::array:
            return compare_arrays(*a.json, *b.json);
        case BsonType::boolean:
            return order(a.truth, b.truth);
        case BsonType::date:
            return order(a.date_ms, b.date_ms);
    }
    return 0;
}

}  // namespace carecloud
