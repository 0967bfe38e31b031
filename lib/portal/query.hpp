// Query text (the vendor's API documentation). It is built only here, from a stream, the dialect that the portal
// understands and a condition. Pure.
//
//     Query query{.spec = &spec, .where = where::after(dialect, modified_text, id), .take = 1000};
//     std::string body = query_text(query);
#pragma once

#include "model/record.hpp"
#include "model/stream.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Which form of its undocumented query language a portal understands (lib/sync/DESIGN.md, hazard 28). In MongoDB, a
// literal of the wrong type silently matches nothing, so lib/sync proves a dialect before using it.
enum class ModifiedLiteral { string, date };  // "2023-…Z" or {"$date":"2023-…Z"}
enum class IdLiteral { string, oid };         // "65f3…" or {"$oid":"65f3…"}

struct Dialect {
    ModifiedLiteral modified = ModifiedLiteral::string;
    IdLiteral id = IdLiteral::string;
    bool keyset = true;                   // whether `$or` over (modified, _id) works
    Spelling spelling = Spelling::camel;  // the envelope's spelling when the dialect was proven
    bool lte = false;                     // whether `$lte` on `modified` works; never assumed
    bool lt = false;                      // whether `$lt` on `modified` works; never assumed
    std::size_t cap = 0;  // the most records that a page ever held: a lower bound of the server's cap

    // As stored in streams.dialect:
    //
    //     {"modified":"string","id":"oid","keyset":true,"lte":true,"lt":true,"spelling":"camel","cap":1000}
    //
    // Earlier versions did not store `lte` and `lt`; they are read as unproven.
    std::string to_json() const;
    static std::optional<Dialect> from_json(std::string_view text);

    // For records whose `_id` has the other type.
    Dialect with_other_id() const {
        Dialect other = *this;
        other.id = id == IdLiteral::oid ? IdLiteral::string : IdLiteral::oid;
        return other;
    }

    bool has_literals_of(const Dialect& other) const { return modified == other.modified && id == other.id; }
    // Whether a walk sends the same conditions in both dialects.
    bool asks_like(const Dialect& other) const {
        return has_literals_of(other) && keyset == other.keyset && lte == other.lte && lt == other.lt;
    }

    friend bool operator==(const Dialect&, const Dialect&) = default;
};

// Conditions for `Query`; each is a JSON object. Walks proceed in the order of (modified, _id).
namespace where {

// Matches every record.
std::string all();
// Strictly after (modified, id), by keyset (hazard 1). Requires dialect.keyset.
std::string after(const Dialect& dialect, std::string_view modified_text, std::string_view id);
// Compares `modified` with the text; `op` is "$gte", "$gt", "$eq", "$lte" or "$lt".
std::string modified(const Dialect& dialect, std::string_view op, std::string_view modified_text);
// `condition`, restricted to records with `modified` <= the text. Requires dialect.lte.
std::string until(const Dialect& dialect, std::string_view condition, std::string_view modified_text);
// `condition`, restricted to records whose `modified` and `_id` have the dialect's types. MongoDB never matches values
// of another type in a comparison, and sorts them separately (hazard 33).
std::string of_types(const Dialect& dialect, std::string_view condition);
// Compares `_id` with the id by `op`.
std::string id(const Dialect& dialect, std::string_view op, std::string_view id);
// Matches records whose `_id` is in the list.
std::string id_in(const Dialect& dialect, const std::vector<std::string>& ids);
// `condition`, restricted to the record with exactly this `_id`. It is a single object, for servers that do not support
// `$and`.
std::string of_id(const Dialect& dialect, std::string_view id, std::string_view condition);
// The conjunction, {"$and":[a,b]}; an empty object on either side is omitted.
std::string both(std::string_view a, std::string_view b);

}  // namespace where

enum class Projection { stream, keys };  // the stream's fields, or only `_id` and `modified`

// by_modified: (modified, _id), the order of every walk. newest_first: its reverse. by_id: `_id` only, for records that
// `modified` cannot find (hazard 33).
enum class Order { by_modified, newest_first, by_id };

struct Query {
    const StreamSpec* spec = nullptr;  // never null; its filter is joined with `where`
    std::string where = "{}";
    Projection projection = Projection::stream;
    std::size_t take = 1000;
    std::size_t skip = 0;  // within one tie (hazard 2), or to read the newest few
    bool total = false;    // whether the portal is to count the matches, which is expensive for it
    Order order = Order::by_modified;
};

// Returns the body of POST {base}/appdata/{Entity}/query.
std::string query_text(const Query& query);

// Returns the query's condition for a log: names, operators and values of `modified` verbatim, every other value as
// "?", and a list of values as its length. It contains no id and no value of a filter.
//
//     {"$and":[{"providerId":"?"},{"modified":{"$gte":"2024-03-02T00:00:00Z"},"_id":{"$in":"200 values"}}]}
std::string condition_shape(const Query& query);

// Firewalls, including AWS's, commonly reject larger bodies (hazard 36).
inline constexpr std::size_t kQueryBytesMax = 8 * 1024;

// Returns how many of the ids `id(0)` to `id(count - 1)`, from the first on, fit into one query by `_id` (where::id_in)
// with a body below kQueryBytesMax. At least 1 if `count` is. If the filter leaves no room for ids, the bound cannot be
// kept in any case, and the result is up to kIdsAnyway.
std::size_t ids_that_fit(const StreamSpec& spec, const Dialect& dialect, std::size_t count,
                         const std::function<std::string_view(std::size_t)>& id);
inline constexpr std::size_t kIdsAnyway = 200;

// Whether the stream's filter and fields make every query larger than kQueryBytesMax.
bool is_filter_too_large(const StreamSpec& spec);

// Ranges of days are queried by `startDate` and `endDate` (strings that begin with "yyyyMMdd"), as the vendor
// recommends for ranges of one or more months (the vendor's API documentation).

// Whether the text is a calendar day of the form "20240229" in the years 1900 to 2100.
bool is_day(std::string_view text);

// Returns one condition for `Query` per step: first the records that began before `first_day` and end on or after it,
// then those that begin in each month of the range. Together they match the records that overlap the range, each
// exactly once. A record without an endDate is matched only by its start. Requires `first_day` <= `last_day`, both
// valid.
std::vector<std::string> day_steps(std::string_view first_day, std::string_view last_day);

}  // namespace carecloud
