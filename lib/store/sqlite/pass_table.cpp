#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"
#include "store/store.hpp"

#include <utility>

namespace carecloud {
namespace {

// ?1 is the id, or null for a new row; the others are in the order of the columns.
constexpr std::string_view kPassValues =
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
    "?23,"
    " ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)";
constexpr std::string_view kForgetPasses =
    "DELETE FROM passes WHERE pass <= ?1 AND state NOT IN ('waiting', 'running')";

std::string statement_text(std::string_view verb) {
    return std::string(verb) + " INTO passes (" + std::string(kPassColumns) + ") VALUES " +
           std::string(kPassValues);
}

std::int64_t signed_of(std::uint64_t number) {
    return static_cast<std::int64_t>(number);
}

}  // namespace

PassTable::PassTable(Connection& db)
    : db_(db),
      insert_(db, statement_text("INSERT")),
      update_(db, statement_text("REPLACE")),
      all_(db, "SELECT " + std::string(kPassColumns) + " FROM passes ORDER BY pass"),
      forget_(db, kForgetPasses) {}

std::uint64_t PassTable::save(const Job& pass, std::string_view at) {
    const bool fresh = pass.id == 0;
    Statement& write = fresh ? insert_ : update_;
    if (fresh)
        write.bind_null(1);
    else
        write.bind(1, signed_of(pass.id));
    write.bind(2, to_string(pass.kind));
    write.bind(3, pass.stream);
    write.bind(4, to_string(pass.status));
    write.bind(5, std::int64_t{pass.scheduled});
    write.bind(6, std::int64_t{pass.deep});
    write.bind(7, std::int64_t{pass.whole});
    write.bind(8, std::int64_t{pass.confirm_deletes});
    write.bind(9, pass.first_day);
    write.bind(10, pass.last_day);
    write.bind_null(11);
    write.bind_null(12);
    if (pass.position) {
        write.bind(11, pass.position->modified_text);
        write.bind(12, pass.position->id);
    }
    write.bind(13, signed_of(pass.steps));
    write.bind(14, signed_of(pass.steps_done));
    write.bind(15, signed_of(pass.records));
    write.bind_null(16);
    if (pass.expected) write.bind(16, signed_of(*pass.expected));
    write.bind(17, signed_of(pass.missing));
    write.bind(18, signed_of(pass.changed));
    write.bind(19, signed_of(pass.gone));
    write.bind(20, signed_of(pass.deleted));
    write.bind(21, signed_of(pass.requests));
    write.bind(22, pass.error);
    write.bind(23, pass.hint);
    write.bind(24, fresh ? at : std::string_view(pass.requested_at));
    write.bind(25, pass.started_at);
    write.bind(26, at);
    write.bind(27, signed_of(pass.holes));
    write.bind(28, signed_of(pass.awaiting));
    write.bind(29, pass.reason);
    write.bind(30, signed_of(pass.unexplained));
    write.bind(31, pass.ranges);
    write.run();
    if (!fresh) return pass.id;
    const std::int64_t id = db_.last_insert_rowid();
    forget_.bind(1, id - static_cast<std::int64_t>(Store::kPassesKept));
    forget_.run();
    return static_cast<std::uint64_t>(id);
}

std::vector<Job> PassTable::all() {
    return read_passes(all_);
}

std::vector<Job> read_passes(Statement& select) {
    std::vector<Job> passes;
    const Statement::Scope scope(select);
    while (select.step())
        passes.push_back(job_of_row(select));
    return passes;
}

}  // namespace carecloud
