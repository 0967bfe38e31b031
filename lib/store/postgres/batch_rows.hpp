// The rows of everything that a batch touches, read before anything is decided. The decisions (batch_plan.hpp) change
// these rows in memory; then the changed ones are written (batch_writer.hpp).
#pragma once

#include "model/batch.hpp"
#include "store/held_change.hpp"
#include "store/leases.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/text_map.hpp"
#include "store/postgres/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace carecloud {

struct BatchRecord {
    HeldChange change{};
    std::string modified_text{};
    bool deleted = false;
    std::uint64_t stored_seq = 0;    // of the row in the database; 0: there is none
    const Record* newest = nullptr;  // the last version taken from this batch; null: none
    bool is_changed = false;         // the row must be written
};

struct BatchQuarantine {
    std::string modified{};
    std::string reason{};
    std::string_view body{};  // from this batch
    std::uint64_t attempts = 0;
    Timestamp first_at{};
};

struct BatchDoubt {
    std::string modified{};
    Hash hash{};
    std::string first_seen{};
    Timestamp ask_at{};
    std::uint64_t reversals = 0;
};

// Rows of a table by id; std::nullopt if the row was removed. `changed`: the ids of the rows to write, possibly
// repeated.
template <class Row>
struct TableRows {
    TextMap<std::optional<Row>> by_id{};
    std::vector<std::string> changed{};

    Row* find(std::string_view id) {
        const auto found = by_id.find(id);
        return found != by_id.end() && found->second ? &*found->second : nullptr;
    }
    Row& put(std::string_view id) {
        const auto entry = by_id.try_emplace(std::string(id)).first;
        if (!entry->second) entry->second.emplace();
        changed.push_back(entry->first);
        return *entry->second;
    }
    bool remove(std::string_view id) {
        const auto found = by_id.find(id);
        if (found == by_id.end() || !found->second) return false;
        found->second.reset();
        changed.push_back(found->first);
        return true;
    }
};

struct BatchRows {
    std::uint64_t seq = 0;  // the newest of the change log, as of reading
    TextMap<BatchRecord> records{};
    TableRows<BatchQuarantine> quarantine{};
    TableRows<BatchDoubt> doubts{};
    TableRows<Omission> omitted{};
    std::optional<StreamState> stream{};
};

// The ids in the batch, each once.
std::vector<std::string_view> ids_of(const Batch& batch, const std::vector<InvalidRecord>& not_text);

// Reads the rows in one round trip, in which the transaction begins. std::nullopt if the fence does not hold. Throws
// PgError.
std::optional<BatchRows> read_batch_rows(PgPipeline& pipeline, const Batch& batch,
                                         const std::vector<std::string_view>& ids,
                                         const std::optional<Fence>& fence);

// Earlier changes of the batch's records, read from the log as needed.
class PgHistory {
  public:
    explicit PgHistory(PgConnection& db) : db_(db) {}

    // Reads these changes and the few before each of them, in one round trip.
    void read(const std::vector<std::int64_t>& newest);
    // Adds a change of this batch.
    void add(std::uint64_t seq, const PastChange& change) { changes_[seq] = change; }
    // std::nullopt if the change was pruned.
    std::optional<PastChange> past(std::uint64_t seq);

  private:
    void read(const std::vector<std::int64_t>& newest, std::int32_t depth);

    PgConnection& db_;
    std::unordered_map<std::uint64_t, PastChange> changes_;
};

// Checks the fence: the first statement of each transaction that the engine writes. It returns one row if the fence
// holds, and locks the lease against a take until the transaction ends.
void add_fence(PgPipeline& pipeline, const std::optional<Fence>& fence);
bool holds_fence(PgConnection& db, const std::optional<Fence>& fence);

}  // namespace carecloud
