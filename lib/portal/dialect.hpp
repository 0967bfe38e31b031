// Which form of its undocumented query language a portal understands (portal-api facts, "Not documented";
// hazard 28). A literal of another type matches nothing in MongoDB, in silence: a dialect is proven by sync
// before it is used.
#pragma once

#include "model/page.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

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

    bool has_literals_of(const Dialect& other) const { return modified == other.modified && id == other.id; }
    // Whether a walk asks the same in both.
    bool asks_like(const Dialect& other) const {
        return has_literals_of(other) && keyset == other.keyset && lte == other.lte && lt == other.lt;
    }

    friend bool operator==(const Dialect&, const Dialect&) = default;
};

}  // namespace carecloud
