// A MongoDB-style filter, compiled once and asked of many documents. Supported: equality, $eq $ne $gt $gte
// $lt $lte $in $nin $exists $and $or $nor $not, dotted paths, arrays; with MongoDB's type bracketing: a
// comparison matches only values of the literal's own BSON type. Anything else is an error, never "matches
// all".
//
//     auto filter = MongoFilter::compile(Json::parse(R"({"modified":{"$gte":"2024"}})"), {});
//     if (filter && filter->matches(document, types)) …
//
// Pure; one filter may be asked from one thread at a time.
#pragma once

#include "portal/bson_value.hpp"
#include "portal/portal_document.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace carecloud {

// Why the portal says no, as it stands in the answer's ResponseStatus.
struct Refusal {
    int status = 400;
    std::string code{};
    std::string message{};
};

template <class T>
using Parsed = boost::system::result<T, Refusal>;

struct FilterOptions {
    bool or_refused = false;  // a portal that takes no `$or`
};

// "a.b.0" as ["a","b","0"].
using FieldPath = std::vector<std::string>;
FieldPath split_path(std::string_view dotted);

struct FilterNode {
    enum class Kind { all, any, none, negate, test };
    enum class Test { eq, gt, gte, lt, lte, in, exists };

    Kind kind = Kind::all;
    std::vector<FilterNode> children{};  // all, any, none; one child of negate
    Test test = Test::eq;
    FieldPath path{};
    // Views into the filter's JSON; one, but for `in`, where they are sorted.
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

// What a filter demands of the two key fields, so that a scan need not begin at the beginning. A document
// outside cannot match; one inside may.
struct KeyBounds {
    std::optional<BsonValue> modified_from;       // modified >= this
    std::optional<BsonValue> modified_to;         // modified <= this
    std::optional<BsonValue> id_after;            // where modified == modified_from: _id > this (the keyset)
    const std::vector<BsonValue>* ids = nullptr;  // _id one of these
};

KeyBounds key_bounds(const MongoFilter& filter);

}  // namespace carecloud
