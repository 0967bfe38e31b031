#include "store/postgres/moved_store.hpp"

#include "store/moved.hpp"

namespace carecloud {

std::optional<Error> refuse_moved_store(PgConnection& db, const std::string& store) {
    const auto note = [&db](const char* name) -> std::optional<std::string> {
        const PgRows rows = db.query("SELECT value FROM meta WHERE name = $1", name);
        return rows.empty() ? std::nullopt : std::optional(std::string(rows[0].text(0)));
    };
    return refuse_moved(store, note(kMovedTo), note(kCopying));
}

}  // namespace carecloud
