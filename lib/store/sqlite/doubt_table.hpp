// The tables `doubted` and `omitted`: what is to be asked for again by id (sync-model, hazards 30 and 38). On the
// store's thread; throws SqlError.
#pragma once

#include "model/batch.hpp"
#include "model/change.hpp"
#include "model/record.hpp"
#include "store/sqlite/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace carecloud {

class Connection;

class DoubtTable {
  public:
    explicit DoubtTable(Connection& db);

    // What follows is of this stream; the text lives until the last call.
    void begin(std::string_view stream);
    bool has_any() const { return has_any_; }

    // Until when the record is doubted; none: it is not.
    std::optional<Timestamp> ask_at(std::string_view id);
    // Likewise into `held`, and the bytes that are doubted.
    void recall(std::string_view id, HeldVersion& held);
    // Whether this version of the record is doubted.
    bool holds(const Key& key);
    // True: the row was written, since it is new or is about another version.
    bool put(const Record& record, Timestamp first_seen, Timestamp ask_at, std::uint64_t reversals);
    void move(std::string_view id, Timestamp ask_at);
    bool remove(std::string_view id);
    std::vector<Doubt> next(std::string_view stream, std::size_t limit);
    // When a record of the stream last went back, by the change log.
    std::optional<Timestamp> reversed_at(std::string_view stream);

  private:
    Statement any_;
    Statement find_;
    Statement put_;
    Statement move_;
    Statement remove_;
    Statement next_;
    Statement reversed_;
    bool has_any_ = false;
};

class OmittedTable {
  public:
    explicit OmittedTable(Connection& db);

    void begin(std::string_view stream);
    // False: it waits already.
    bool put(const Omission& omission);
    bool remove(std::string_view id);
    std::vector<Omission> next(std::string_view stream, std::size_t limit);

  private:
    Statement put_;
    Statement remove_;
    Statement next_;
};

}  // namespace carecloud
