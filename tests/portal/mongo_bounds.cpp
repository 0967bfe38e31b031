#include "portal/mongo_filter.hpp"

#include <algorithm>

namespace carecloud {
namespace {

using Kind = FilterNode::Kind;
using Test = FilterNode::Test;

bool is_test(const FilterNode& node, const char* field) {
    return node.kind == Kind::test && node.path.size() == 1 && node.path.front() == field;
}

// A comparison with an array or null does not only concern the field's own value, so it gives no bound.
bool draws_bound(const FilterNode& node) {
    const BsonType type = node.operands.empty() ? BsonType::null : node.operands.front().type;
    return type != BsonType::null && type != BsonType::array;
}

void raise(std::optional<BsonValue>& low, const BsonValue& value) {
    if (!low || compare(value, *low) > 0) low = value;
}

void lower(std::optional<BsonValue>& high, const BsonValue& value) {
    if (!high || compare(value, *high) < 0) high = value;
}

KeyBounds bounds_of(const FilterNode& node);

void narrow(KeyBounds& bounds, const KeyBounds& more) {
    if (more.modified_from) raise(bounds.modified_from, *more.modified_from);
    if (more.modified_to) lower(bounds.modified_to, *more.modified_to);
    if (more.ids != nullptr && bounds.ids == nullptr) bounds.ids = more.ids;
}

// The bounds of a disjunction: the widest of all, and none if any has none.
KeyBounds widest(const std::vector<FilterNode>& children) {
    KeyBounds wide = bounds_of(children.front());
    wide.ids = nullptr;
    for (auto child = children.begin() + 1; child != children.end(); ++child) {
        const KeyBounds bounds = bounds_of(*child);
        if (!bounds.modified_from)
            wide.modified_from.reset();
        else if (wide.modified_from)
            lower(wide.modified_from, *bounds.modified_from);
        if (!bounds.modified_to)
            wide.modified_to.reset();
        else if (wide.modified_to)
            raise(wide.modified_to, *bounds.modified_to);
    }
    return wide;
}

KeyBounds test_bounds(const FilterNode& node) {
    KeyBounds bounds;
    if (is_test(node, "_id") && (node.test == Test::eq || node.test == Test::in)) bounds.ids = &node.operands;
    if (!is_test(node, "modified") || !draws_bound(node)) return bounds;
    const BsonValue& operand = node.operands.front();
    if (node.test == Test::eq || node.test == Test::gt || node.test == Test::gte)
        bounds.modified_from = operand;
    if (node.test == Test::eq || node.test == Test::lt || node.test == Test::lte)
        bounds.modified_to = operand;
    return bounds;
}

KeyBounds bounds_of(const FilterNode& node) {
    if (node.kind == Kind::test) return test_bounds(node);
    if (node.kind == Kind::any) return widest(node.children);
    KeyBounds bounds;
    if (node.kind != Kind::all) return bounds;
    for (const FilterNode& child : node.children)
        narrow(bounds, bounds_of(child));
    return bounds;
}

// Recognizes {"$or":[{"modified":{"$gt":m}},{"_id":{"$gt":id}}]} with modified >= m; returns the id after which records
// with equal `modified` follow.
std::optional<BsonValue> keyset_id(const FilterNode& node, const BsonValue& from) {
    if (node.kind == Kind::all) {
        for (const FilterNode& child : node.children) {
            if (const auto id = keyset_id(child, from)) return id;
        }
        return std::nullopt;
    }
    if (node.kind != Kind::any || node.children.size() != 2) return std::nullopt;
    const FilterNode& later = node.children[0];
    const FilterNode& tied = node.children[1];
    if (!is_test(later, "modified") || later.test != Test::gt || !is_test(tied, "_id") ||
        tied.test != Test::gt) {
        return std::nullopt;
    }
    if (!draws_bound(later) || !draws_bound(tied) || compare(later.operands.front(), from) < 0)
        return std::nullopt;
    return tied.operands.front();
}

}  // namespace

KeyBounds key_bounds(const MongoFilter& filter) {
    KeyBounds bounds = bounds_of(filter.root());
    if (bounds.modified_from) bounds.id_after = keyset_id(filter.root(), *bounds.modified_from);
    return bounds;
}

}  // namespace carecloud
