// A SQLite store as one side of a copy. Opens it as a daemon would, so no daemon can use it at the same time.
#pragma once

#include "base/clock.hpp"
#include "store/moving/moving_side.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <memory>
#include <string>

namespace carecloud {

class SqliteSide : public MovingSide {
  public:
    // Creates the store if it does not exist. Errors: as SqliteStore::open.
    static Result<std::unique_ptr<SqliteSide>> open(const SqliteSettings& settings, Clock& clock);

    std::string description() const override { return path_; }
    // open() has locked the file.
    void check_unused() override {}
    void lock() override {}
    void finish() override {}
    std::vector<MovedRow> read(const MovedTable& table, const std::optional<MovedRow>& after,
                               std::size_t limit) override;
    void write(const MovedTable& table, const std::vector<MovedRow>& rows) override;
    void clear(const MovedTable& table) override;
    std::optional<MovedRow> last(const MovedTable& table) override;
    MovedHeads heads() override;
    void set_heads(const MovedHeads& heads) override;
    std::optional<std::string> note(const std::string& name) override;
    void set_note(const std::string& name, const std::optional<std::string>& value) override;

  private:
    SqliteSide(std::string path, std::unique_ptr<SqliteStore> owner);

    template <class Work>
    auto guard(Work work);

    std::string path_;
    std::unique_ptr<SqliteStore> owner_;  // idle; locks the file against daemons
    Connection db_;
};

}  // namespace carecloud
