#include "portal/portal_document.hpp"

#include "portal/raw_json.hpp"

#include <utility>

namespace carecloud {
namespace {

std::string_view unquoted(std::string_view token) {
    if (token.size() >= 2 && token.front() == '"') return token.substr(1, token.size() - 2);
    return token;
}

}  // namespace

FieldType FieldTypes::of(std::string_view field) const {
    if (id_is_oid && field == "_id") return FieldType::object_id;
    if (modified_is_date && (field == "modified" || field == "created")) return FieldType::date;
    return FieldType::plain;
}

PortalDocument::PortalDocument(std::string raw, std::uint64_t number, const FieldTypes& types)
    : raw_(std::move(raw)), number_(number) {
    retype(types);
}

void PortalDocument::retype(const FieldTypes& types) {
    types_ = types;
    id_ = find("_id", types.of("_id"));
    modified_ = find("modified", types.of("modified"));
}

PortalDocument::KeyField PortalDocument::find(std::string_view name, FieldType type) const {
    KeyField field;
    const auto found = find_field(raw_, name);
    if (!found) return field;
    field.at = static_cast<std::uint32_t>(found->data() - raw_.data());
    field.size = static_cast<std::uint32_t>(found->size());
    BsonValue value;
    if (found->front() == '"' && found->find('\\') == std::string_view::npos) {
        value = bson_text(unquoted(*found), type);
    } else {
        field.parsed = std::make_unique<Json>(Json::parse(*found, nullptr, /*allow_exceptions=*/false));
        value = bson_value(*field.parsed, type);
    }
    field.type = value.type;
    field.date_ms = value.date_ms;
    return field;
}

BsonValue PortalDocument::value(const KeyField& field) const {
    if (field.type == BsonType::date) return {.type = BsonType::date, .date_ms = field.date_ms};
    if (field.parsed && field.type == BsonType::object_id) {
        return {.type = BsonType::object_id, .text = field.parsed->get_ref<const std::string&>()};
    }
    if (field.parsed) return bson_value(*field.parsed);
    if (field.size == 0) return {};
    return {.type = field.type, .text = unquoted(token(field))};
}

std::string_view PortalDocument::id_text() const {
    return unquoted(id_token());
}

std::string_view PortalDocument::modified_text() const {
    return unquoted(modified_token());
}

bool PortalDocument::has_array_key() const {
    return id_.type == BsonType::array || modified_.type == BsonType::array;
}

}  // namespace carecloud
