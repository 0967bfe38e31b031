// The queries of PostgresStore other than those of batches: a function for each call of the Store seam, on an open
// connection. Throws PgError.
#pragma once

#include "base/error.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "store/postgres/connection.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

Result<std::optional<StreamState>> read_stream_state(PgConnection& db, const std::string& stream);
Result<std::vector<std::size_t>> find_unknown_keys(PgConnection& db, const std::string& stream,
                                                   const std::vector<Key>& keys);
// Does not set `asked`.
Result<std::vector<std::optional<HeldRecord>>> find_held_records(PgConnection& db, const std::string& stream,
                                                                 const std::vector<std::string>& ids);
Result<Rechecks> read_rechecks(PgConnection& db, const std::string& stream, std::size_t limit);
Result<std::vector<Key>> read_untried(PgConnection& db, const std::string& stream, Timestamp now,
                                      std::size_t limit);
Result<std::vector<Key>> read_live_keys(PgConnection& db, const LiveRange& range);
Result<std::uint64_t> count_live_keys(PgConnection& db, const std::string& stream,
                                      const std::string& modified_from);
// The settings for reads that may take long.
PostgresSettings slow_settings(PostgresSettings settings);

Result<std::map<std::string, Timestamp>> read_first_passes(PgConnection& db);
void put_first_pass(PgConnection& db, const std::string& stream, Timestamp at);
Result<std::vector<Job>> read_all_passes(PgConnection& db);
// Returns the pass's id.
std::uint64_t put_pass(PgConnection& db, const Job& pass, Timestamp at);
Result<RequestCount> read_requests(PgConnection& db, const std::string& month);
void put_requests(PgConnection& db, const std::string& month, RequestCount count);

}  // namespace carecloud
