#include "portal/mongo_filter.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace carecloud {
namespace {

using Kind = FilterNode::Kind;
using Test = FilterNode::Test;
using PathRest = std::span<const std::string>;

bool before(const BsonValue& a, const BsonValue& b) {
    return compare(a, b) < 0;
}

// `found`: the value at the end of a path; nullptr if there is none.
bool equal(const BsonValue* found, const BsonValue& operand) {
    if (operand.type == BsonType::null) return found == nullptr || found->type == BsonType::null;
    return found != nullptr && found->type == operand.type && compare(*found, operand) == 0;
}

// Compares only within the operand's type bracket. For null, "or equal" is equality, which also matches a missing
// field.
bool ordered(const BsonValue* found, const BsonValue& operand, Test test) {
    if (operand.type == BsonType::null)
        return (test == Test::gte || test == Test::lte) && equal(found, operand);
    if (found == nullptr || found->type != operand.type) return false;
    const int difference = compare(*found, operand);
    if (difference == 0) return test == Test::gte || test == Test::lte;
    return difference > 0 ? test == Test::gt || test == Test::gte : test == Test::lt || test == Test::lte;
}

// `operands` are sorted, so a thousand ids need ten comparisons; null would be the first.
bool equal_to_one(const BsonValue* found, const std::vector<BsonValue>& operands) {
    if (found == nullptr) return !operands.empty() && operands.front().type == BsonType::null;
    return std::binary_search(operands.begin(), operands.end(), *found, before);
}

bool holds(const FilterNode& node, const BsonValue* found) {
    if (node.test == Test::exists) return found != nullptr;
    if (node.test == Test::eq) return equal(found, node.operands.front());
    if (node.test == Test::in) return equal_to_one(found, node.operands);
    return ordered(found, node.operands.front(), node.test);
}

std::optional<std::size_t> index_in(const std::string& name, const Json& array) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc{} || end != name.data() + name.size() || index >= array.size())
        return std::nullopt;
    return index;
}

// An array matches as a whole or by any of its elements.
bool leaf_holds(const FilterNode& node, const Json& json, FieldType type) {
    const BsonValue value = bson_value(json, type);
    if (holds(node, &value)) return true;
    if (!json.is_array()) return false;
    return std::any_of(json.begin(), json.end(), [&](const Json& element) {
        const BsonValue inner = bson_value(element, type);
        return holds(node, &inner);
    });
}

// Whether any value at the end of the path matches. The recursion is as deep as the path is long.
bool path_holds(const FilterNode& node, const Json& json, PathRest rest, FieldType type) {
    if (rest.empty()) return leaf_holds(node, json, type);
    if (json.is_object()) {
        const auto child = json.find(rest.front());
        if (child == json.end()) return holds(node, nullptr);
        return path_holds(node, *child, rest.subspan(1), type);
    }
    if (!json.is_array()) return holds(node, nullptr);
    if (const auto index = index_in(rest.front(), json)) {
        if (path_holds(node, json[*index], rest.subspan(1), type)) return true;
    }
    // An element that is not an object has no such member, but does not count as a missing field either.
    return std::any_of(json.begin(), json.end(), [&](const Json& element) {
        return element.is_object() && path_holds(node, element, rest, type);
    });
}

bool test_holds(const FilterNode& node, const PortalDocument& document, const FieldTypes& types) {
    const std::string& field = node.path.front();
    const bool top = node.path.size() == 1;
    if (top && (field == "_id" || field == "modified") && !document.has_array_key()) {
        const bool is_id = field == "_id";
        if ((is_id ? document.id_token() : document.modified_token()).empty()) return holds(node, nullptr);
        const BsonValue value = is_id ? document.id_value() : document.modified_value();
        return holds(node, &value);
    }
    const auto raw = find_field(document.raw(), field);
    if (!raw) return holds(node, nullptr);
    const FieldType type = top ? types.of(field) : FieldType::plain;
    if (top && raw->front() == '"' && raw->find('\\') == std::string_view::npos) {
        const BsonValue value = bson_text(raw->substr(1, raw->size() - 2), type);
        return holds(node, &value);
    }
    const Json json = Json::parse(*raw, nullptr, /*allow_exceptions=*/false);
    return path_holds(node, json, PathRest(node.path).subspan(1), type);
}

bool node_holds(const FilterNode& node, const PortalDocument& document, const FieldTypes& types) {
    const auto child_holds = [&](const FilterNode& child) { return node_holds(child, document, types); };
    switch (node.kind) {
        case Kind::all:
            return std::all_of(node.children.begin(), node.children.end(), child_holds);
        case Kind::any:
            return std::any_of(node.children.begin(), node.children.end(), child_holds);
        case Kind::none:
            return std::none_of(node.children.begin(), node.children.end(), child_holds);
        case Kind::negate:
            return !child_holds(node.children.front());
        case Kind::test:
            return test_holds(node, document, types);
    }
    return false;
}

}  // namespace

bool MongoFilter::matches(const PortalDocument& document, const FieldTypes& types) const {
    return node_holds(root_, document, types);
}

}  // namespace carecloud
