// A MongoDB-style filter, compiled once and applied to many documents. Supported: equality, $eq $ne $gt $gte $lt $lte
// $in $nin $exists $and $or $nor $not, dotted paths, arrays; with MongoDB's type bracketing: a comparison matches only
// values of the literal's BSON type. Anything else is an error, and never matches all documents.
//
//     auto filter = MongoFilter::compile(Json::parse(R"({"modified":{"$gte":"2024"}})"), {});
//     if (filter && filter->matches(document, types)) …
//
// Pure; a filter must be used on one thread at a time.
#pragma once

#include "portal/bson_value.hpp"
#include "portal/portal_document.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace carecloud {

// Why the portal refuses a request, as in the response's ResponseStatus.
struct Refusal {
    int status = 400;
    std::string code{};
    std::string message{};
};

template <class T>
using Parsed = boost::system::result<T, Refusal>;

struct FilterOptions {
    bool or_refused = false;  // a portal that does not support `$or`
};

// "a.b.0" split into ["a","b","0"].
using FieldPath = std::vector<std::string>;
FieldPath split_path(std::string_view dotted);

struct FilterNode {
    enum class Kind { all, any, none, negate, test };
    enum class Test { eq, gt, gte, lt, lte, in, exists };

    Kind kind = Kind::all;
    std::vector<FilterNode> children{};  // all, any, none; one child of negate
    Test test = Test::eq;
    FieldPath path{};
    // Views into the filter's JSON. One, except for `in`, whose operands are sorted.
    std::vector<BsonValue> operands{};
};

class MongoFilter {
  public:
    static Parsed<MongoFilter> compile(const Json& filter, const FilterOptions& options);

    bool matches(const PortalDocument& document, const FieldTypes& types) const;
    const FilterNode& root() const { return root_; }

  private:
    std::shared_ptr<const Json> json_;
    FilterNode root_;
};

// The bounds that a filter sets for the two key fields, so a scan can start and end there. A document outside cannot
// match; one inside may.
struct KeyBounds {
    std::optional<BsonValue> modified_from;       // modified >= this
    std::optional<BsonValue> modified_to;         // modified <= this
    std::optional<BsonValue> id_after;            // if modified == modified_from: _id > this (the keyset)
    const std::vector<BsonValue>* ids = nullptr;  // _id is one of these
};

KeyBounds key_bounds(const MongoFilter& filter);

}  // namespace carecloud
