#include "portal/mongo_filter.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

using Kind = FilterNode::Kind;
using Test = FilterNode::Test;

constexpr std::size_t kDepthMax = 64;

bool is_operator(const std::string& name) {
    return name.starts_with('$');
}

// {"$gt":…} has operators; {"$oid":…} and {"$date":…} are literals, and so is {"plain":…}.
bool is_operators(const Json& json) {
    if (!json.is_object() || json.empty()) return false;
    const std::string& first = json.begin().key();
    return is_operator(first) && first != "$oid" && first != "$date";
}

// Keeps the first refusal during the recursion: later nodes are built but never used.
class Compiler {
  public:
    explicit Compiler(const FilterOptions& options) : options_(options) {}

    FilterNode object(const Json& json, std::size_t depth);
    std::optional<Refusal> refusal;

  private:
    FilterNode refuse(std::string message) {
        if (!refusal) refusal = Refusal{400, "BadValue", std::move(message)};
        return {};
    }
    FilterNode logical(const std::string& name, const Json& json, std::size_t depth);
    FilterNode condition(const std::string& field, const Json& json, std::size_t depth);
    FilterNode operation(const std::string& field, const std::string& name, const Json& json,
                         std::size_t depth);
    FilterNode test(const std::string& field, Test test, const Json& literal);
    FilterNode test_in(const std::string& field, const Json& literals);

    FilterOptions options_;
};

FilterNode negate(FilterNode node) {
    FilterNode result{.kind = Kind::negate};
    result.children.push_back(std::move(node));
    return result;
}

// A conjunction of one child is the child.
FilterNode all_of(std::vector<FilterNode> children) {
    if (children.size() == 1) return std::move(children.front());
    return {.kind = Kind::all, .children = std::move(children)};
}

FilterNode Compiler::object(const Json& json, std::size_t depth) {
    if (!json.is_object()) return refuse("a filter must be an object");
    if (depth > kDepthMax) return refuse("the filter is nested too deeply");
    std::vector<FilterNode> children;
    for (const auto& [name, value] : json.items()) {
        children.push_back(is_operator(name) ? logical(name, value, depth) : condition(name, value, depth));
    }
    return all_of(std::move(children));
}

FilterNode Compiler::logical(const std::string& name, const Json& json, std::size_t depth) {
    if (name != "$and" && name != "$or" && name != "$nor")
        return refuse("unknown top level operator: " + name);
    if (name == "$or" && options_.or_refused) {
        if (!refusal) refusal = Refusal{400, "NotSupported", "the operator $or is not supported"};
        return {};
    }
    if (!json.is_array() || json.empty()) return refuse(name + " must be a nonempty array");
    std::vector<FilterNode> children;
    for (const Json& child : json)
        children.push_back(object(child, depth + 1));
    if (name == "$and") return all_of(std::move(children));
    return {.kind = name == "$or" ? Kind::any : Kind::none, .children = std::move(children)};
}

FilterNode Compiler::condition(const std::string& field, const Json& json, std::size_t depth) {
    if (!is_operators(json)) return test(field, Test::eq, json);
    if (depth > kDepthMax) return refuse("the filter is nested too deeply");
    std::vector<FilterNode> children;
    for (const auto& [name, value] : json.items())
        children.push_back(operation(field, name, value, depth));
    return all_of(std::move(children));
}

FilterNode Compiler::operation(const std::string& field, const std::string& name, const Json& json,
                               std::size_t depth) {
    if (name == "$eq") return test(field, Test::eq, json);
    if (name == "$ne") return negate(test(field, Test::eq, json));
    if (name == "$gt") return test(field, Test::gt, json);
    if (name == "$gte") return test(field, Test::gte, json);
    if (name == "$lt") return test(field, Test::lt, json);
    if (name == "$lte") return test(field, Test::lte, json);
    if (name == "$in") return test_in(field, json);
    if (name == "$nin") return negate(test_in(field, json));
    if (name == "$exists") {
        const bool wanted = json.is_boolean() ? json.get<bool>() : !json.is_null() && json != 0;
        FilterNode exists{.kind = Kind::test, .test = Test::exists, .path = split_path(field)};
        return wanted ? std::move(exists) : negate(std::move(exists));
    }
    if (name == "$not") {
        if (!is_operators(json)) return refuse("$not needs an object of operators");
        return negate(condition(field, json, depth + 1));
    }
    return refuse("unknown operator: " + name);
}

FilterNode Compiler::test(const std::string& field, Test test, const Json& literal) {
    const auto operand = bson_literal(literal);
    if (!operand)
        return refuse("not a literal: " + literal.dump(-1, ' ', false, Json::error_handler_t::replace));
    return {.kind = Kind::test, .test = test, .path = split_path(field), .operands = {*operand}};
}

FilterNode Compiler::test_in(const std::string& field, const Json& literals) {
    if (!literals.is_array()) return refuse("$in needs an array");
    FilterNode node{.kind = Kind::test, .test = Test::in, .path = split_path(field)};
    for (const Json& literal : literals) {
        const auto operand = bson_literal(literal);
        if (!operand) return refuse("$in holds what is not a literal");
        node.operands.push_back(*operand);
    }
    std::sort(node.operands.begin(), node.operands.end(),
              [](const BsonValue& a, const BsonValue& b) { return compare(a, b) < 0; });
    return node;
}

}  // namespace

FieldPath split_path(std::string_view dotted) {
    FieldPath path;
    for (std::size_t dot = dotted.find('.'); dot != std::string_view::npos; dot = dotted.find('.')) {
        path.emplace_back(dotted.substr(0, dot));
        dotted.remove_prefix(dot + 1);
    }
    path.emplace_back(dotted);
    return path;
}

Parsed<MongoFilter> MongoFilter::compile(const Json& filter, const FilterOptions& options) {
    MongoFilter result;
    result.json_ = std::make_shared<const Json>(filter);
    Compiler compiler(options);
    result.root_ = compiler.object(*result.json_, 0);
    if (compiler.refusal) return *compiler.refusal;
    return result;
}

}  // namespace carecloud
