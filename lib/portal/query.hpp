// The text of a query (the vendor's API documentation): built here and nowhere else, from a stream, the dialect that
// the portal understands and what is to be found. Pure.
//
//     Query query{.spec = &spec, .where = after(dialect, cursor), .take = 1000};
//     std::string body = query_text(query);
#pragma once

#include "model/page.hpp"
#include "model/stream.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Which form of its undocumented query language a portal understands (lib/sync/DESIGN.md, hazard 28). A literal of
// another type matches nothing in MongoDB, in silence: a dialect is proven by sync before it is used.
enum class ModifiedLiteral { string, date };  // "2023-…Z" or {"$date":"2023-…Z"}
enum class IdLiteral { string, oid };         // "65f3…" or {"$oid":"65f3…"}

struct Dialect {
    ModifiedLiteral modified = ModifiedLiteral::string;
    IdLiteral id = IdLiteral::string;
    bool keyset = true;                   // whether `$or` over (modified, _id) works
    Spelling spelling = Spelling::camel;  // how the envelope was spelled when it was proven
    bool lte = false;                     // whether `modified` compares by `$lte`,
    bool lt = false;                      // and by `$lt`; never taken for granted
    std::size_t cap = 0;  // the largest number of records a page ever held: the server's cap is no lower

    // As stored in streams.dialect:
    // {"modified":"string","id":"oid","keyset":true,"lte":true,"lt":true,"spelling":"camel","cap":1000}
    // What an earlier version stored says nothing of `lte` and `lt`: they are not proven then.
    std::string to_json() const;
    static std::optional<Dialect> from_json(std::string_view text);

    // For records whose `_id` has the other type.
    Dialect with_other_id() const {
        Dialect other = *this;
        other.id = id == IdLiteral::oid ? IdLiteral::string : IdLiteral::oid;
        return other;
    }

    bool has_literals_of(const Dialect& other) const { return modified == other.modified && id == other.id; }
    // Whether a walk asks the same in both.
    bool asks_like(const Dialect& other) const {
        return has_literals_of(other) && keyset == other.keyset && lte == other.lte && lt == other.lt;
    }

    friend bool operator==(const Dialect&, const Dialect&) = default;
};

// The next question in the order of (modified, _id). All of these are JSON objects for Query.
namespace where {

// Everything.
std::string all();
// Strictly after (modified, id), by keyset (hazard 1). Needs dialect.keyset.
std::string after(const Dialect& dialect, std::string_view modified_text, std::string_view id);
// modified compared by `op` ("$gte", "$gt", "$eq", "$lte", "$lt") with the text.
std::string modified(const Dialect& dialect, std::string_view op, std::string_view modified_text);
// The condition, of records with `modified` <= the text. Needs dialect.lte.
std::string until(const Dialect& dialect, std::string_view condition, std::string_view modified_text);
// The condition, of records whose `modified` and `_id` have the dialect's types: another type stands beyond every
// comparison, and apart from these in the order (hazard 33).
std::string of_types(const Dialect& dialect, std::string_view condition);
// _id compared by `op` with the id.
std::string id(const Dialect& dialect, std::string_view op, std::string_view id);
// _id one of these.
std::string id_in(const Dialect& dialect, const std::vector<std::string>& ids);
// The condition, of the record with exactly this `_id`: in one object, for servers that know no `$and`
// either.
std::string of_id(const Dialect& dialect, std::string_view id, std::string_view condition);
// Both: {"$and":[a,b]}; an empty object on either side is left out.
std::string both(std::string_view a, std::string_view b);

}  // namespace where

enum class Projection { stream, keys };  // the stream's own fields, or `_id` and `modified` alone

// by_modified: (modified, _id), the order of every walk. newest_first: the same backwards. by_id: `_id` alone, for what
// `modified` cannot find (hazard 33).
enum class Order { by_modified, newest_first, by_id };

struct Query {
    const StreamSpec* spec = nullptr;  // never null; its filter is joined with `where`
    std::string where = "{}";
    Projection projection = Projection::stream;
    std::size_t take = 1000;
    std::size_t skip = 0;  // inside one tie (hazard 2), or to see the newest few
    bool total = false;    // whether the portal is to count, which costs it
    Order order = Order::by_modified;
};

// The body of POST {base}/appdata/{Entity}/query.
std::string query_text(const Query& query);

// The query's condition for a log: names, operators and times of change as they are, every other value "?", a list of
// values as their number. No id, and nothing that a filter compares with.
//     {"$and":[{"providerId":"?"},{"modified":{"$gte":"2024-03-02T00:00:00Z"},"_id":{"$in":"200 values"}}]}
std::string condition_shape(const Query& query);

// Firewalls commonly refuse a larger body, AWS's among them (hazard 36).
inline constexpr std::size_t kQueryBytesMax = 8 * 1024;

// How many records one query by `_id` (where::id_in) may ask for, so that its body stays below kQueryBytesMax: of those
// that `id` names, from 0 to `count` - 1, the first so many. At least 1 where `count` is. A filter that leaves no room
// for ids exceeds the bound whatever is done, and is given kIdsAnyway of them.
std::size_t ids_that_fit(const StreamSpec& spec, const Dialect& dialect, std::size_t count,
                         const std::function<std::string_view(std::size_t)>& id);
inline constexpr std::size_t kIdsAnyway = 200;

// Whether the stream's filter and fields alone make every query larger than kQueryBytesMax.
bool is_filter_too_large(const StreamSpec& spec);

// Ranges of days are queried by `startDate` and `endDate` (texts that begin with "yyyyMMdd"), which the vendor
// recommends for one or more months (the vendor's API documentation).

// Whether it is a day of the calendar as "20240229", of the years 1900 to 2100.
bool is_day(std::string_view text);

// Conditions for Query, one a step: first the records that began before `first_day` and end no earlier, then those that
// begin in each month of the range. Together they are the records that overlap the range, and no record is in two of
// them; a record without an endDate is found by its start alone. Needs two days in their order.
std::vector<std::string> day_steps(std::string_view first_day, std::string_view last_day);

}  // namespace carecloud
