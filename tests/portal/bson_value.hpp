// A value as MongoDB sees it: with a BSON type that plain JSON does not tell. Comparing follows
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/.
//
//     BsonValue stored = bson_value(json["modified"], FieldType::date);
//     std::optional<BsonValue> literal = bson_literal(R"({"$date":"2023-12-01T22:06:47.999Z"})"_json);
//     bool same_bracket = stored.type == literal->type;
//
// A BsonValue is a view: the JSON (or text) it was made from must outlive it. Pure; safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace carecloud {

using Json = nlohmann::ordered_json;

// In the order in which MongoDB sorts types. A missing field sorts as null.
enum class BsonType : std::uint8_t { null, number, string, object, array, object_id, boolean, date };

// What a portal stores a field as, where that is not what its JSON says.
enum class FieldType : std::uint8_t { plain, object_id, date };

struct BsonValue {
    BsonType type = BsonType::null;
    bool truth = false;          // boolean
    std::string_view text{};     // string; object_id as 24 lower-case hex digits
    std::int64_t date_ms = 0;    // date: milliseconds since 1970, all that a BSON Date holds
    long double number = 0;      // number; exact for 64-bit integers too
    const Json* json = nullptr;  // object, array
};

// A stored value. A text that is not 24 hex digits, or no instant, stays a string whatever the field's type.
BsonValue bson_value(const Json& json, FieldType type = FieldType::plain);
BsonValue bson_text(std::string_view text, FieldType type = FieldType::plain);

// A literal of a query: JSON, {"$oid":"hex"} or {"$date":"ISO" | milliseconds}. Nullopt for any other object
// whose first name starts with '$', and for an ObjectId or date that is none.
std::optional<BsonValue> bson_literal(const Json& json);

// Negative, zero, positive: the whole order, types first.
int compare(const BsonValue& a, const BsonValue& b);

}  // namespace carecloud
