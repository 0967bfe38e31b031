// Which form of its undocumented query language a portal understands (portal-api facts, "Not documented";
// hazard 28). A literal of another type matches nothing in MongoDB, in silence: a dialect is proven by sync
// before it is used.
#pragma once

#include "core/page.hpp"

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
    Spelling spelling = Spelling::camel;  // how the envelope was spelt when it was proven
    std::size_t cap = 0;  // the largest number of records a page ever held: the server's cap is no lower

    // As stored in streams.dialect:
    // {"modified":"string","id":"oid","keyset":true,"spelling":"camel","cap":1000}
    std::string to_json() const;
    static std::optional<Dialect> from_json(std::string_view text);

    friend bool operator==(const Dialect&, const Dialect&) = default;
};

}  // namespace carecloud
