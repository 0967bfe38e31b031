#include "model/job.hpp"

#include "model/enum_names.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr auto kPassKinds = std::to_array<EnumName<JobKind>>({
    {JobKind::backfill, "backfill"},
    {JobKind::reconcile, "reconcile"},
});

constexpr auto kPassStatuses = std::to_array<EnumName<JobStatus>>({
    {JobStatus::waiting, "waiting"},
    {JobStatus::running, "running"},
    {JobStatus::done, "done"},
    {JobStatus::failed, "failed"},
    {JobStatus::awaiting_confirmation, "awaiting_confirmation"},
    {JobStatus::canceled, "canceled"},
});

constexpr auto kRetryOutcomes = std::to_array<EnumName<RetryOutcome>>({
    {RetryOutcome::taken, "taken"},
    {RetryOutcome::unchanged, "unchanged"},
    {RetryOutcome::invalid, "invalid"},
    {RetryOutcome::too_large, "too_large"},
    {RetryOutcome::not_found, "not_found"},
});

}  // namespace

std::string_view to_string(JobKind kind) {
    return enum_name(kPassKinds, kind);
}

std::optional<JobKind> job_kind_from(std::string_view text) {
    return enum_value<JobKind>(kPassKinds, text);
}

std::string_view to_string(JobStatus status) {
    return enum_name(kPassStatuses, status);
}

std::optional<JobStatus> job_status_from(std::string_view text) {
    return enum_value<JobStatus>(kPassStatuses, text);
}

std::string_view to_string(RetryOutcome outcome) {
    return enum_name(kRetryOutcomes, outcome);
}

}  // namespace carecloud
