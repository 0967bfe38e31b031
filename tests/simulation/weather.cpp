#include "simulation/weather.hpp"

#include "simulation/agenda.hpp"

#include <algorithm>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr Fault kSpells[] = {Fault::network,  Fault::server, Fault::rate,    Fault::quota,
                             Fault::key,      Fault::empty,  Fault::foreign, Fault::store,
                             Fault::unsorted, Fault::stale,  Fault::total,   Fault::busy};

// An empty listing by mistake does not come again at once, whatever is asked and however much is asked beside it:
// nobody could tell it from the truth (simulate --seed 25145 --hours 0.5).
constexpr std::size_t kBetweenEmpty = 10;
constexpr Duration kBetweenEmptyLeast = std::chrono::minutes(1);

Error portal_error(ErrorCode code, std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    return {.code = code,
            .operation = "simulated request",
            .subject = std::string(to_string(code)),
            .hint = "",
            .retry_after = retry_after};
}

}  // namespace

std::string Weather::begin_spell(Timestamp now) {
    const Fault fault = kSpells[between(random_, 0, std::size(kSpells) - 1)];
    if (!settings_.has(fault)) return {};
    const Duration span = fault == Fault::key ? Duration(1h) : std::min<Duration>(spread(random_, 10min), 1h);
    Spell spell{.until = {now.ticks + span.count() / 100}, .percent = chance(random_, 30) ? 100.0 : 25.0};
    if (fault == Fault::foreign) spell.percent = 15;
    if (fault == Fault::empty) spell.percent = 50;
    if (fault == Fault::key) spell.percent = 100;
    // Few questions are asked twice within a replica's lag.
    if (fault == Fault::stale) spell = {.until = later(now, 1h), .percent = 50};
    if (fault == Fault::busy) {
        begin_busy(now);
        spell = spells_.at(fault);
    }
    if (fault == Fault::quota) {
        if (chance(random_, 70)) return {};
        quota_month_ = month_of(now);
        return "the portal calls the quota of " + quota_month_ + " spent";
    }
    spells_[fault] = spell;
    return std::string(to_string(fault)) + " trouble until " + spell.until.to_string_ms() + ", " +
           std::to_string(static_cast<int>(spell.percent)) + " %";
}

// A longer one would have a walk never come to its end.
void Weather::begin_busy(Timestamp now) {
    spells_[Fault::busy] = {.until = later(now, 1min), .percent = 10};
}

void Weather::change_spelling() {
    ModelSettings other = model_.settings();
    other.pascal = !other.pascal;
    model_.change_settings(std::move(other));
    ++hits_[Fault::spelling];
}

void Weather::clear() {
    spells_.clear();
    left_out_.reset();
    quota_month_.clear();  // as when the quota was raised
}

bool Weather::is_due(Fault fault, Timestamp now) {
    const auto spell = spells_.find(fault);
    return spell != spells_.end() && now <= spell->second.until && chance(random_, spell->second.percent);
}

bool Weather::hits(Fault fault, Timestamp now) {
    const bool due = is_due(fault, now);
    if (due) ++hits_[fault];
    return due;
}

bool Weather::quota_spent(Timestamp now) const {
    return quota_month_ == month_of(now);
}

std::optional<Error> Weather::portal_fault(const SeenRequest& request, Timestamp now) {
    spoiling_.reset();
    if (quota_spent(now)) {
        ++hits_[Fault::quota];
        return portal_error(ErrorCode::quota_exhausted);
    }
    if (hits(Fault::key, now)) return portal_error(ErrorCode::key_refused);
    if (hits(Fault::rate, now)) {
        if (chance(random_, 50)) return portal_error(ErrorCode::rate_limited);
        return portal_error(ErrorCode::rate_limited, std::chrono::seconds(between(random_, 1, 90)));
    }
    if (hits(Fault::network, now))
        return portal_error(chance(random_, 50) ? ErrorCode::timed_out : ErrorCode::unreachable);
    if (hits(Fault::busy, now)) write_();
    if (is_due(Fault::server, now)) {
        if (chance(random_, 40)) {
            ++hits_[Fault::server];
            return portal_error(ErrorCode::server_failed);
        }
        spoiling_ = Fault::server;
        return std::nullopt;
    }
    for (const Fault fault : {Fault::stale, Fault::unsorted, Fault::total, Fault::foreign}) {
        if (is_due(fault, now)) spoiling_ = fault;
    }
    const bool empties =
        request.kind == "query" && ++since_empty_ > kBetweenEmpty && is_due(Fault::empty, now);
    if (empties && later(emptied_at_, kBetweenEmptyLeast) < now) {
        since_empty_ = 0;
        emptied_at_ = now;
        spoiling_ = Fault::empty;
    }
    return std::nullopt;
}

void Weather::spoil(const SeenRequest& request, std::string& body) {
    spoiler_.note(request, body);
    if (spoiling_ && spoiler_.spoil(*spoiling_, request, body)) ++hits_[*spoiling_];
    spoiling_.reset();
    if (left_out_ && request.kind == "query" && request.entity == left_out_->entity &&
        Spoiler::leave_out(left_out_->id, body))
        ++hits_[Fault::hole];
}

std::optional<StoreFault> Weather::store_fault(std::string_view operation, Timestamp now) {
    if (!hits(Fault::store, now)) return std::nullopt;
    constexpr ErrorCode codes[] = {ErrorCode::store_busy, ErrorCode::store_full, ErrorCode::store_failed};
    StoreFault fault{.error = portal_error(codes[between(random_, 0, 2)])};
    fault.error.operation = "simulated " + std::string(operation);
    fault.took_effect = chance(random_, 30);
    return fault;
}

}  // namespace carecloud
