// A PostgreSQL store as one side of a copy.
#pragma once

#include "store/moving/moving_side.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"
#include "store/postgres/transaction.hpp"

#include <memory>
#include <optional>
#include <string>

namespace carecloud {

class PostgresSide : public MovingSide {
  public:
    // Creates the schema if it does not exist. Errors: as PostgresStore::open.
    static Result<std::unique_ptr<PostgresSide>> open(const PostgresSettings& settings);

    std::string description() const override { return description_; }
    void check_unused() override;
    // Locks the tables; other sessions can still read.
    void lock() override;
    void finish() override;
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
    PostgresSide(std::string description, std::unique_ptr<PgConnection> db);

    template <class Work>
    auto guard(Work work);

    std::string description_;
    std::unique_ptr<PgConnection> db_;
    std::optional<PgTransaction> locked_;
};

}  // namespace carecloud
