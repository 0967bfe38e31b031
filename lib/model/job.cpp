#include "model/job.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array<std::pair<JobKind, std::string_view>, 2> kPassKinds{{
    {JobKind::backfill, "backfill"},
    {JobKind::reconcile, "reconcile"},
}};

constexpr std::array<std::pair<JobStatus, std::string_view>, 6> kPassStatuses{{
    {JobStatus::waiting, "waiting"},
    {JobStatus::running, "running"},
    {JobStatus::done, "done"},
    {JobStatus::failed, "failed"},
    {JobStatus::awaiting_confirmation, "awaiting_confirmation"},
    {JobStatus::canceled, "canceled"},
}};

template <class Names, class Value>
std::string_view pass_word(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    return "unknown";
}

template <class Value, std::size_t N>
std::optional<Value> pass_value(const std::array<std::pair<Value, std::string_view>, N>& names,
                                std::string_view text) {
    for (const auto& [value, name] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(JobKind kind) {
    return pass_word(kPassKinds, kind);
}

std::optional<JobKind> job_kind_from(std::string_view text) {
    return pass_value(kPassKinds, text);
}

std::string_view to_string(JobStatus status) {
    return pass_word(kPassStatuses, status);
}

std::optional<JobStatus> job_status_from(std::string_view text) {
    return pass_value(kPassStatuses, text);
}

std::string_view to_string(RetryOutcome outcome) {
    switch (outcome) {
        case RetryOutcome::taken:
            return "taken";
        case RetryOutcome::unchanged:
            return "unchanged";
        case RetryOutcome::invalid:
            return "invalid";
        case RetryOutcome::too_large:
            return "too_large";
        case RetryOutcome::not_found:
            return "not_found";
    }
    return "unknown";
}

}  // namespace carecloud
