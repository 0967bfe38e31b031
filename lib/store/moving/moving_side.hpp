// One of the two databases of a copy. Blocks; calls throw MovingError.
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

// Never crosses the room's boundary.
class MovingError : public std::runtime_error {
  public:
    explicit MovingError(Error error) : std::runtime_error(error.message()), error_(std::move(error)) {}

    const Error& error() const { return error_; }

  private:
    Error error_;
};

// The highest numbers that were given, also of rows that are gone.
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

    // For messages; contains no password.
    virtual std::string description() const = 0;

    // As the source: nobody else writes from now on, until finish() or the end of this object.
    virtual void lock() = 0;
    // What was written since lock() is durable.
    virtual void finish() = 0;

    // Rows behind the key of `after`, or from the beginning, in the order of their keys.
    virtual std::vector<MovedRow> read(const MovedTable& table, const std::optional<MovedRow>& after,
                                       std::size_t limit) = 0;
    // In one transaction, unless locked.
    virtual void write(const MovedTable& table, const std::vector<MovedRow>& rows) = 0;
    virtual void clear(const MovedTable& table) = 0;
    // The row with the highest key; of it, the key alone counts.
    virtual std::optional<MovedRow> last(const MovedTable& table) = 0;

    virtual MovedHeads heads() = 0;
    virtual void set_heads(const MovedHeads& heads) = 0;

    // Of the table meta.
    virtual std::optional<std::string> note(const std::string& name) = 0;
    virtual void set_note(const std::string& name, const std::optional<std::string>& value) = 0;
};

}  // namespace carecloud
