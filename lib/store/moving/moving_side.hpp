// One of the two databases of a copy. Calls block, and throw MovingError.
#pragma once

#include "base/error.hpp"
#include "store/moving/moved_tables.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// Never leaves this room.
class MovingError : public std::runtime_error {
  public:
    explicit MovingError(Error error) : std::runtime_error(error.message()), error_(std::move(error)) {}

    const Error& error() const { return error_; }

  private:
    Error error_;
};

// The highest numbers ever assigned, including those of removed rows.
struct MovedHeads {
    std::uint64_t seq = 0;
    std::uint64_t event = 0;
    std::uint64_t pass = 0;
};

class MovingSide {
  public:
    MovingSide() = default;
    MovingSide(const MovingSide&) = delete;
    MovingSide& operator=(const MovingSide&) = delete;
    virtual ~MovingSide() = default;

    // For messages. Contains no password.
    virtual std::string description() const = 0;

    // Throws store_owned if a daemon uses the store.
    virtual void check_unused() = 0;
    // For the source only. Checks the same, and excludes all other writers until finish() or the end of this object.
    virtual void lock() = 0;
    // Makes everything written since lock() durable, and unlocks.
    virtual void finish() = 0;

    // Returns the rows after the key of `after`, or from the beginning, in the order of their keys.
    virtual std::vector<MovedRow> read(const MovedTable& table, const std::optional<MovedRow>& after,
                                       std::size_t limit) = 0;
    // For the target only, which is not locked. One transaction.
    virtual void write(const MovedTable& table, const std::vector<MovedRow>& rows) = 0;
    virtual void clear(const MovedTable& table) = 0;
    // The row with the highest key. Only its key columns are set.
    virtual std::optional<MovedRow> last(const MovedTable& table) = 0;

    virtual MovedHeads heads() = 0;
    virtual void set_heads(const MovedHeads& heads) = 0;

    // Rows of the table `meta`.
    virtual std::optional<std::string> note(const std::string& name) = 0;
    virtual void set_note(const std::string& name, const std::optional<std::string>& value) = 0;
};

}  // namespace carecloud
