#include "core/change.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array<std::pair<ChangeKind, std::string_view>, 5> kNames{{
    {ChangeKind::created, "created"},
    {ChangeKind::updated, "updated"},
    {ChangeKind::disabled, "disabled"},
    {ChangeKind::deleted, "deleted"},
    {ChangeKind::restored, "restored"},
}};

ChangeKind kind_after(const HeldVersion* held, bool disabled) {
    if (disabled) return ChangeKind::disabled;
    if (!held) return ChangeKind::created;
    const bool was_away =
        held->last_change == ChangeKind::disabled || held->last_change == ChangeKind::deleted;
    return was_away ? ChangeKind::restored : ChangeKind::updated;
}

}  // namespace

std::string_view to_string(ChangeKind kind) {
    for (const auto& [value, name] : kNames) {
        if (value == kind) return name;
    }
    return "unknown";
}

std::optional<ChangeKind> change_kind_from(std::string_view text) {
    for (const auto& [value, name] : kNames) {
        if (name == text) return value;
    }
    return std::nullopt;
}

Decision decide(const HeldVersion* held, Timestamp modified, const Hash& hash, bool disabled) {
    const ChangeKind kind = kind_after(held, disabled);
    if (!held || held->last_change == ChangeKind::deleted) return {Verdict::take, kind};
    if (held->modified && modified < *held->modified) return {Verdict::stale, kind};
    if (held->modified == modified && held->hash == hash) return {Verdict::unchanged, kind};
    return {Verdict::take, kind};
}

}  // namespace carecloud
