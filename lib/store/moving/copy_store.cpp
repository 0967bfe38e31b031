#include "store/moving/copy_store.hpp"

#include "json/record_fields.hpp"
#include "store/moved.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// At 20 KB per body, 10 MB at a time.
constexpr std::size_t kRowsAtOnce = 500;

// The notes that are copied. `timeline` is not: it describes the server of the source.
constexpr const char* kNotes[] = {"generation", "prune_position", "pruned_to"};

[[noreturn]] void refuse(ErrorCode code, const std::string& subject, const std::string& hint) {
    throw MovingError({.code = code, .operation = "copy store", .subject = subject, .hint = hint});
}

class StoreCopy {
  public:
    StoreCopy(MovingSide& from, MovingSide& to, const std::function<void(const MovingProgress&)>& progress)
        : from_(from), to_(to), progress_(progress) {}

    MovingReport run() {
        from_.lock();
        to_.check_unused();
        if (was_ended()) return {.continued = true};
        begin();
        copy_all();
        const MovedTable* differing = find_difference();
        // Erasing and pruning change rows that were copied before the interruption, and assign no number.
        if (differing && report_.continued) {
            clear_target();
            report_ = {};
            copy_all();
            differing = find_difference();
        }
        if (differing) {
            refuse(ErrorCode::store_corrupt,
                   "the copies of the table " + std::string(differing->name) + " differ",
                   "remove the target and repeat the copy; the source is unchanged");
        }
        end();
        return report_;
    }

  private:
    // Identifies the state of the source. If it is unchanged, an interrupted copy is continued; find_difference() finds
    // rows that have changed nevertheless.
    std::string state() {
        const MovedHeads heads = from_.heads();
        std::string text = std::to_string(heads.seq);
        for (const char* name : kNotes)
            text += ' ' + from_.note(name).value_or("-");
        return text;
    }

    // Whether an earlier copy was complete and was interrupted within end().
    bool was_ended() {
        if (from_.note(kMovedTo) != to_.description() || to_.note(kCopying) != state()) return false;
        to_.set_note(kCopying, std::nullopt);
        return true;
    }

    void begin() {
        if (const auto moved = refuse_moved(from_.description(), from_.note(kMovedTo), from_.note(kCopying)))
            throw MovingError(*moved);
        if (is_empty(from_)) {
            refuse(ErrorCode::invalid_argument, from_.description() + " contains no store",
                   "check the path or the URL, and the schema");
        }
        const std::string state_now = state();
        const std::optional<std::string> copied = to_.note(kCopying);
        if (!copied && !is_empty(to_)) {
            refuse(ErrorCode::invalid_argument, to_.description() + " already contains a store",
                   "copy to an empty database, or to a new file");
        }
        report_.continued = copied == state_now;
        if (copied && !report_.continued) clear_target();
        to_.set_note(kCopying, state_now);
    }

    static bool is_empty(MovingSide& side) {
        const MovedHeads heads = side.heads();
        return heads.seq == 0 && heads.event == 0 && heads.pass == 0 && !side.note(kMovedTo);
    }

    void clear_target() {
        for (const MovedTable& table : moved_tables())
            to_.clear(table);
    }

    void copy_all() {
        now_ = {};
        for (const MovedTable& table : moved_tables())
            copy(table);
        for (const char* name : kNotes)
            to_.set_note(name, from_.note(name));
        to_.set_heads(from_.heads());
    }

    void copy(const MovedTable& table) {
        std::optional<MovedRow> last;
        if (table.continues)
            last = to_.last(table);
        else
            to_.clear(table);
        now_.table = table.name;
        for (bool more = true; more;) {
            std::vector<MovedRow> rows = from_.read(table, last, kRowsAtOnce);
            more = rows.size() == kRowsAtOnce;
            if (rows.empty()) break;
            to_.write(table, rows);
            last = std::move(rows.back());
            note_progress(rows.size());
        }
    }

    // Returns nullptr if both stores are equal.
    const MovedTable* find_difference() {
        now_ = {.comparing = true};
        for (const MovedTable& table : moved_tables()) {
            if (!is_same(table)) return &table;
        }
        return nullptr;
    }

    bool is_same(const MovedTable& table) {
        now_.table = table.name;
        std::optional<MovedRow> last;
        for (bool more = true; more;) {
            std::vector<MovedRow> rows = from_.read(table, last, kRowsAtOnce);
            if (hash_of(rows) != hash_of(to_.read(table, last, kRowsAtOnce))) return false;
            more = rows.size() == kRowsAtOnce;
            if (rows.empty()) break;
            last = std::move(rows.back());
            note_progress(rows.size());
        }
        return true;
    }

    Hash hash_of(const std::vector<MovedRow>& rows) {
        std::string bytes;
        for (const MovedRow& row : rows) {
            for (const auto& cell : row)
                bytes += cell ? std::to_string(cell->size()) + ':' + *cell : "-";
            bytes += '\n';
        }
        return hasher_.hash(bytes);
    }

    // At no time are both stores usable.
    void end() {
        from_.set_note(kMovedTo, to_.description());
        from_.finish();
        to_.set_note(kCopying, std::nullopt);
    }

    void note_progress(std::size_t rows) {
        now_.rows += rows;
        if (!now_.comparing) report_.rows += rows;
        progress_(now_);
    }

    MovingSide& from_;
    MovingSide& to_;
    const std::function<void(const MovingProgress&)>& progress_;
    Hasher hasher_;
    MovingProgress now_{};
    MovingReport report_{};
};

}  // namespace

Result<MovingReport> copy_store(MovingSide& from, MovingSide& to,
                                const std::function<void(const MovingProgress&)>& progress) {
    try {
        return StoreCopy(from, to, progress).run();
    } catch (const MovingError& error) {
        return error.error();
    }
}

Result<> undo_move(MovingSide& store, const std::string& generation) {
    try {
        store.lock();
        if (!store.note(kMovedTo)) {
            refuse(ErrorCode::invalid_argument, store.description() + " has not moved",
                   "it can be used as it is");
        }
        store.set_note("generation", generation);
        store.set_note(kMovedTo, std::nullopt);
        store.finish();
        return {};
    } catch (const MovingError& error) {
        return error.error();
    }
}

}  // namespace carecloud
