// The tables `streams`, `quota` and `first_passes`: what a stream carries from one life of the process to the next, and
// the month's count of requests. On the store's thread; throws SqlError.
#pragma once

#include "base/error.hpp"
#include "model/stream.hpp"
#include "store/sqlite/statement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class StreamTable {
  public:
    explicit StreamTable(Connection& db);

    // Errors: store_corrupt where a stored time does not parse.
    Result<std::optional<StreamState>> load(const std::string& stream);
    // Writes the row where it differs from the one that is stored, `updated_at` aside. True: it was written.
    bool save(const StreamState& state, std::string_view updated_at);
    // A whole reconciliation under the present fingerprint has come to its end. True: the row was written.
    bool note_reconciled(const std::string& stream);

  private:
    Statement load_;
    Statement save_;
    Statement reconciled_;
};

class QuotaTable {
  public:
    explicit QuotaTable(Connection& db);

    RequestCount load(std::string_view month);
    void save(std::string_view month, const RequestCount& count);

  private:
    Statement load_;
    Statement save_;
};

// When each stream's first pass came to its end.
class FirstPassTable {
  public:
    explicit FirstPassTable(Connection& db);

    // Errors: store_corrupt where a stored time does not parse.
    Result<std::map<std::string, Timestamp>> all();
    // An earlier one stays.
    void note(const std::string& stream, std::string_view at);

  private:
    Statement all_;
    Statement note_;
};

}  // namespace carecloud
