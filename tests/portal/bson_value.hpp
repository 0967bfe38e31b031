// A value as MongoDB sees it, with a BSON type, which plain JSON does not express. The order is that of
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/.
//
//     BsonValue stored = bson_value(json["modified"], FieldType::date);
//     std::optional<BsonValue> literal = bson_literal(R"({"$date":"2023-12-01T22:06:47.999Z"})"_json);
//     bool same_bracket = stored.type == literal->type;
//
// A BsonValue is a view: the JSON (or text) that it was made from must outlive it. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace carecloud {

using Json = nlohmann::ordered_json;

// In MongoDB's sort order. A missing field sorts as null.
enum class BsonType : std::uint8_t { null, number, string, object, array, object_id, boolean, date };

// The type that a portal stores a field with, if it differs from the JSON type.
enum class FieldType : std::uint8_t { plain, object_id, date };

struct BsonValue {
    BsonType type = BsonType::null;
    bool truth = false;          // boolean
    std::string_view text{};     // string; object_id as 24 lower-case hex digits
    std::int64_t date_ms = 0;    // date: milliseconds since 1970, the precision of a BSON Date
    long double number = 0;      // number; exact for 64-bit integers, too
    const Json* json = nullptr;  // object, array
};

// A stored value. Text that is not 24 hex digits, or not a time, stays a string regardless of the field's type.
BsonValue bson_value(const Json& json, FieldType type = FieldType::plain);
BsonValue bson_text(std::string_view text, FieldType type = FieldType::plain);

// A literal of a query: JSON, {"$oid":"hex"} or {"$date":"ISO" | milliseconds}. std::nullopt for any other object whose
// first name starts with '$', and for an invalid ObjectId or date.
std::optional<BsonValue> bson_literal(const Json& json);

// Returns a negative number, zero or a positive number, in MongoDB's total order: types first.
int compare(const BsonValue& a, const BsonValue& b);

}  // namespace carecloud
