#include "core/bounded_pass.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array<std::pair<PassKind, std::string_view>, 2> kPassKinds{{
    {PassKind::backfill, "backfill"},
    {PassKind::reconcile, "reconcile"},
}};

constexpr std::array<std::pair<PassStatus, std::string_view>, 6> kPassStatuses{{
    {PassStatus::waiting, "waiting"},
    {PassStatus::running, "running"},
    {PassStatus::done, "done"},
    {PassStatus::failed, "failed"},
    {PassStatus::awaiting_confirmation, "awaiting_confirmation"},
    {PassStatus::canceled, "canceled"},
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

std::string_view to_string(PassKind kind) {
    return pass_word(kPassKinds, kind);
}

std::optional<PassKind> pass_kind_from(std::string_view text) {
    return pass_value(kPassKinds, text);
}

std::string_view to_string(PassStatus status) {
    return pass_word(kPassStatuses, status);
}

std::optional<PassStatus> pass_status_from(std::string_view text) {
    return pass_value(kPassStatuses, text);
}

}  // namespace carecloud
