// A bounded pass: a fetch beside the stream's own walk that never touches its cursor (lib/sync/DESIGN.md, hazard 22):
// the backfill of a range of days, or a reconciliation with all that the portal has. It is a row of `passes`, so that
// it outlives the process: written down when it is requested, and again with what it did.
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
    waiting,  // for its turn
    running,  // or interrupted, by a failure or the end of the process: it goes on
    done,
    failed,                 // for good: trying again would not help
    awaiting_confirmation,  // more records are missing at the portal than the guard lets go (hazard 21)
    canceled,               // by an operator
};

std::string_view to_string(JobKind kind);
std::optional<JobKind> job_kind_from(std::string_view text);
std::string_view to_string(JobStatus status);
std::optional<JobStatus> job_status_from(std::string_view text);

struct Job {
    std::uint64_t id = 0;  // given by the store; 0: not written down yet
    JobKind kind = JobKind::reconcile;
    std::string stream{};
    JobStatus status = JobStatus::waiting;
    bool scheduled = false;  // by the daemon itself
    std::string reason{};  // why it is due before its time; empty: by the interval, or an operator's request

    // Of a reconciliation.
    bool deep = false;             // whole records are compared, not their keys alone (hazard 6)
    bool whole = false;            // every key is compared, even where the portal's counts equal the store's
    bool confirm_deletes = false;  // the guard is lifted: an operator has looked

    // Of a backfill: the days, "20240301", both included. The steps are the records that began before the first day,
    // and then each month's. `ranges`: the position in each of them, as JSON (sync/jobs/backfill.cpp).
    std::string first_day{};
    std::string last_day{};
    std::string ranges{};
    // The position in the first step that is not done, of a job that an earlier version has begun.
    std::optional<Cursor> position{};

    std::uint64_t steps = 0;  // of a backfill
    std::uint64_t steps_done = 0;
    std::uint64_t records = 0;                // of the portal's that were compared or fetched
    std::optional<std::uint64_t> expected{};  // of these in all, where the portal counts
    std::uint64_t missing = 0;                // that the store did not have
    std::uint64_t changed = 0;                // that it had in another version
    std::uint64_t gone = 0;                   // that it has and the portal has not
    std::uint64_t deleted = 0;                // of the gone ones, marked so
    std::uint64_t holes = 0;        // that listings leave out, and the portal has unchanged (hazard 38)
    std::uint64_t awaiting = 0;     // that have left the stream's filter, or seem to: a second look decides
    std::uint64_t unexplained = 0;  // that the portal counts, and no walk has met (hazard 33)
    std::uint64_t requests = 0;

    std::string error{};  // what stopped or holds it up; empty: nothing
    std::string hint{};
    std::string requested_at{};  // ISO 8601, display only
    std::string started_at{};
    std::string updated_at{};

    bool is_open() const { return status == JobStatus::waiting || status == JobStatus::running; }

    friend bool operator==(const Job&, const Job&) = default;
};

// A record of the quarantine that is requested from the portal again on demand, and what came of it.
struct RetryRequest {
    std::string stream{};
    Key key{};
    bool has_body = false;  // it came, and could not be read; false: no answer could carry it
};

enum class RetryOutcome {
    taken,      // it is among the records, and out of quarantine
    unchanged,  // it can be read, and the store holds that version, or a newer one, already
    invalid,    // it came, and still cannot be read
    too_large,  // no answer can carry it still
    not_found,  // deleted at the portal, or left out by the stream's filter, and out of quarantine now; or the portal
                // has it and does not list it, and it stays
};

std::string_view to_string(RetryOutcome outcome);

struct RetryReport {
    RetryOutcome outcome = RetryOutcome::taken;
    std::string reason{};  // why it cannot be taken, in words; may be empty
};

}  // namespace carecloud
