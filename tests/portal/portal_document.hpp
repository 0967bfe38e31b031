// A document of the portal: the raw text as inserted, and the two fields that determine its order, without a parsed
// tree.
//
// Not thread-safe.
#pragma once

#include "portal/bson_value.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace carecloud {

// The types that a portal stores its system fields with.
struct FieldTypes {
    bool id_is_oid = false;
    bool modified_is_date = false;  // also `created`

    FieldType of(std::string_view field) const;
};

class PortalDocument {
  public:
    // `raw` is a valid JSON object. `number` is the document's place in the insertion order.
    PortalDocument(std::string raw, std::uint64_t number, const FieldTypes& types);

    std::string_view raw() const { return raw_; }
    std::uint64_t number() const { return number_; }
    const FieldTypes& types() const { return types_; }
    // The JSON text of `_id` and `modified`, with quotes if they are strings; empty if missing.
    std::string_view id_token() const { return token(id_); }
    std::string_view modified_token() const { return token(modified_); }
    // The same without quotes, as an operator would write them.
    std::string_view id_text() const;
    std::string_view modified_text() const;
    BsonValue id_value() const { return value(id_); }
    BsonValue modified_value() const { return value(modified_); }
    // Whether one of them is an array, which MongoDB sorts by its elements: the ordered index is unusable then.
    bool has_array_key() const;
    // Whether the projection of the two fields writes `modified` first.
    bool modified_first() const { return modified_.size != 0 && modified_.at < id_.at; }
    void retype(const FieldTypes& types);

  private:
    struct KeyField {
        std::uint32_t at = 0;
        std::uint32_t size = 0;  // of the JSON text; 0: missing
        BsonType type = BsonType::null;
        std::int64_t date_ms = 0;
        std::unique_ptr<Json> parsed;  // only if the text is not a plain string
    };

    KeyField find(std::string_view name, FieldType type) const;
    std::string_view token(const KeyField& field) const {
        return std::string_view(raw_).substr(field.at, field.size);
    }
    BsonValue value(const KeyField& field) const;

    std::string raw_;
    std::uint64_t number_;
    FieldTypes types_;
    KeyField id_;
    KeyField modified_;
};

}  // namespace carecloud
