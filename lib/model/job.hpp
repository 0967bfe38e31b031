// A bounded pass: a fetch concurrent with the stream's own walk that never moves its cursor (lib/sync/DESIGN.md, hazard
// 22). It is either the backfill of a range of days, or a reconciliation with everything that the portal has. It is a
// row of `passes` and survives a restart: stored when it is requested, and updated with its progress and result.
#pragma once

#include "model/record.hpp"
#include "model/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class JobKind { backfill, reconcile };

enum class JobStatus {
    waiting,  // until earlier jobs have ended
    running,  // or interrupted by a failure or the end of the process: it continues
    done,
    failed,                 // permanently: a retry would not help
    awaiting_confirmation,  // more records are missing at the portal than the guard allows (hazard 21)
    canceled,               // by an operator
};

std::string_view to_string(JobKind kind);
std::optional<JobKind> job_kind_from(std::string_view text);
std::string_view to_string(JobStatus status);
std::optional<JobStatus> job_status_from(std::string_view text);

struct Job {
    std::uint64_t id = 0;  // assigned by the store; 0 if not stored yet
    JobKind kind = JobKind::reconcile;
    std::string stream{};
    JobStatus status = JobStatus::waiting;
    bool scheduled = false;  // by the daemon, not by an operator
    std::string reason{};  // why it is due early; empty if it is due by the interval or an operator's request

    // Reconciliation only:
    bool deep = false;             // whole records are compared, not only their keys (hazard 6)
    bool whole = false;            // every key is compared, even if the portal's counts equal the store's
    bool confirm_deletes = false;  // an operator has confirmed the deletions: the guard does not apply

    // Backfill only: the days, such as "20240301", both included. The first step is the records that began before the
    // first day, and each month is a further step. `ranges`: the position in each step, as JSON
    // (sync/jobs/backfill.cpp).
    std::string first_day{};
    std::string last_day{};
    std::string ranges{};
    // The position in the first unfinished step, for a job that an earlier version of the product has begun.
    std::optional<Cursor> position{};

    std::uint64_t steps = 0;  // backfill only
    std::uint64_t steps_done = 0;
    std::uint64_t records = 0;                // of the portal, compared or fetched
    std::optional<std::uint64_t> expected{};  // the total of `records`, if the portal counts
    std::uint64_t missing = 0;                // at the portal, but not in the store
    std::uint64_t changed = 0;                // in the store in another version
    std::uint64_t gone = 0;                   // in the store, but not at the portal
    std::uint64_t deleted = 0;                // of the gone ones, marked as deleted
    std::uint64_t holes = 0;                  // omitted by listings, but unchanged at the portal (hazard 38)
    std::uint64_t awaiting = 0;     // have left the stream's filter, or seem to: a second check decides
    std::uint64_t unexplained = 0;  // counted by the portal, but not found by any walk (hazard 33)
    std::uint64_t requests = 0;

    std::string error{};  // what stopped or delays it; may be empty
    std::string hint{};
    std::string requested_at{};  // ISO 8601, display only
    std::string started_at{};
    std::string updated_at{};

    bool is_open() const { return status == JobStatus::waiting || status == JobStatus::running; }

    friend bool operator==(const Job&, const Job&) = default;
};

// A request to fetch a quarantined record again, on demand.
struct RetryRequest {
    std::string stream{};
    Key key{};
    bool has_body = false;  // it was received but is invalid; if false, no response could contain it
};

enum class RetryOutcome {
    taken,      // stored, and removed from quarantine
    unchanged,  // valid, but the store already holds this version or a newer one
    invalid,    // received, but still invalid
    too_large,  // still too large for any response
    // Deleted at the portal or excluded by the stream's filter: removed from quarantine. Or known to the portal but not
    // listed: kept in quarantine.
    not_found,
};

std::string_view to_string(RetryOutcome outcome);

struct RetryReport {
    RetryOutcome outcome = RetryOutcome::taken;
    std::string reason{};  // why it cannot be stored; may be empty
};

}  // namespace carecloud
