#include "simulation/weather.hpp"

#include "sync/walk/portal_time.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr Fault kSpells[] = {Fault::network,  Fault::server, Fault::rate,    Fault::quota,
                             Fault::key,      Fault::empty,  Fault::foreign, Fault::store,
                             Fault::unsorted, Fault::stale,  Fault::total,   Fault::busy};

// An erroneously empty listing is not repeated immediately, whatever is requested concurrently: it could not be
// distinguished from the truth (simulate --seed 25145 --hours 0.5).
constexpr std::size_t kBetweenEmpty = 10;
constexpr Duration kBetweenEmptyLeast = std::chrono::minutes(1);

constexpr Fault kRareSpells[] = {Fault::lag,   Fault::date,     Fault::cut,    Fault::blank, Fault::month,
                                 Fault::bytes, Fault::envelope, Fault::thrown, Fault::hole};

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
    Spell spell{.until = now + span, .percent = chance(random_, 30) ? 100.0 : 25.0};
    if (fault == Fault::foreign) spell.percent = 15;
    if (fault == Fault::empty) spell.percent = 50;
    if (fault == Fault::key) spell.percent = 100;
    // Few queries are repeated within a replica's lag.
    if (fault == Fault::stale) spell = {.until = now + 1h, .percent = 50};
    if (fault == Fault::busy) {
        begin_busy(now);
        spell = spells_.at(fault);
    }
    if (fault == Fault::quota) {
        if (chance(random_, 70)) return {};
        quota_month_ = month_of(now);
        return "the portal reports that the quota of " + quota_month_ + " is used up";
    }
    spells_[fault] = spell;
    return std::string(to_string(fault)) + " trouble until " + spell.until.to_string_ms() + ", " +
           std::to_string(static_cast<int>(spell.percent)) + " %";
}

std::string Weather::begin_rare_spell(Timestamp now,
                                      const std::map<std::string, std::vector<std::string>>& ids) {
    const Fault fault = kRareSpells[between(rare_random_, 0, std::ssize(kRareSpells) - 1)];
    if (!settings_.has(fault)) return {};
    if (fault == Fault::hole) return begin_holes(now, ids);
    Spell spell{.until = now + std::min<Duration>(spread(rare_random_, 10min), 1h), .percent = 25};
    if (fault == Fault::lag) spell.percent = chance(rare_random_, 30) ? 100 : 40;
    if (fault == Fault::blank) spell = {.until = now + spread(rare_random_, 4min), .percent = 100};
    if (fault == Fault::thrown) spell.percent = 1;
    if (fault == Fault::date) {
        constexpr Duration offsets[] = {24h * 365 * 40, -24h * 365 * 54, 1h, -1h};
        spell = {.until = now + spread(rare_random_, 1min), .percent = 100};
        date_missing_ = chance(rare_random_, 20);
        date_off_ = offsets[between(rare_random_, 0, std::ssize(offsets) - 1)];
    }
    if (fault == Fault::month) {
        month_pending_ = true;
        if (chance(rare_random_, 60)) return "one answer will have Retry-After: a month";
        spell.percent = 100;
    }
    if (fault == Fault::bytes && chance(rare_random_, 30)) {
        for (const auto& [entity, some] : ids) {
            if (some.empty()) continue;
            const auto picked = static_cast<std::size_t>(between(rare_random_, 0, std::ssize(some) - 1));
            bad_[entity] = {some[picked], rare_random_()};
        }
        return "a record of each entity has bad bytes from now on";
    }
    spells_[fault] = spell;
    return std::string(to_string(fault)) + " trouble until " + spell.until.to_string_ms() + ", " +
           std::to_string(static_cast<int>(spell.percent)) + " %";
}

// Some records, with a filter or in general.
std::string Weather::begin_holes(Timestamp now, const std::map<std::string, std::vector<std::string>>& ids) {
    holes_.clear();
    by_filter_only_ = chance(rare_random_, 50);
    for (const auto& [entity, some] : ids) {
        for (int i = 0; i < 3 && !some.empty(); ++i) {
            const auto picked = static_cast<std::size_t>(between(rare_random_, 0, std::ssize(some) - 1));
            holes_[entity].insert(some[picked]);
        }
    }
    const Spell spell{.until = now + std::min<Duration>(spread(rare_random_, 30min), 2h), .percent = 100};
    spells_[Fault::hole] = spell;
    return "listings omit some records until " + spell.until.to_string_ms();
}

// With a longer one a walk would never end.
void Weather::begin_busy(Timestamp now) {
    spells_[Fault::busy] = {.until = now + 1min, .percent = 10};
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
    holes_.clear();
    hiding_.clear();
    for (const std::string& entity : plan_.entities)
        model_.hide(entity, {});
    bad_.clear();
    month_pending_ = false;
    quota_month_.clear();  // as after the quota was raised
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

void Weather::throw_some(Timestamp now, Random& random) {
    const auto spell = spells_.find(Fault::thrown);
    if (spell == spells_.end() || spell->second.until < now || !chance(random, spell->second.percent)) return;
    ++hits_[Fault::thrown];
    throw SimulatedFault();
}

std::optional<Error> Weather::portal_fault(const SeenRequest& request, Timestamp now) {
    spoiling_.reset();
    throw_some(now, rare_random_);
    leave_out_some(request);
    const auto month = spells_.find(Fault::month);
    const bool still = month != spells_.end() && now <= month->second.until;
    if (std::exchange(month_pending_, false) || still) {
        ++hits_[Fault::month];
        return portal_error(ErrorCode::rate_limited, std::chrono::seconds(2'678'400));
    }
    if (quota_spent(now)) {
        ++hits_[Fault::quota];
        return portal_error(ErrorCode::quota_exhausted);
    }
    if (hits(Fault::key, now)) return portal_error(ErrorCode::key_refused);
    if (hits(Fault::rate, now)) {
        if (chance(random_, 50)) return portal_error(ErrorCode::rate_limited);
        return portal_error(ErrorCode::rate_limited, std::chrono::seconds(between(random_, 1, 60)));
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
    if (empties && emptied_at_ + kBetweenEmptyLeast < now) {
        since_empty_ = 0;
        emptied_at_ = now;
        spoiling_ = Fault::empty;
    }
    return std::nullopt;
}

void Weather::spoil(const SeenRequest& request, std::string& body) {
    spoiler_.note(request, body);
    const bool is_spoiled = spoiling_ && spoiler_.spoil(*spoiling_, request, body);
    if (is_spoiled) {
        ++hits_[*spoiling_];
        if (spoiling_ == Fault::stale)
            exposures_.of_replica(request.entity, model_.now(), model_.now(), /*beyond_overlap=*/false);
    }
    const bool is_unsorted = is_spoiled && spoiling_ == Fault::unsorted;
    spoiling_.reset();
    spoil_rarely(request, body);
    // Truncated as well, so that it looks sorted: the walk skips what the page lacks (DESIGN.md, "What nothing can
    // notice"; simulate --seed 2106181 --hours 0.25, 1054544 inside a tie).
    if (is_unsorted && is_in_order(body))
        exposures_.of_entity(request.entity, Timestamp{INT64_MIN}, model_.now());
}

void Weather::spoil_rarely(const SeenRequest& request, std::string& body) {
    const Timestamp now = model_.now();
    const auto is_rarely_due = [&](Fault fault) {
        const auto spell = spells_.find(fault);
        return spell != spells_.end() && now <= spell->second.until &&
               chance(rare_random_, spell->second.percent);
    };
    if (settings_.has(Fault::fickle)) spoiler_.renew_field(body);
    if (is_rarely_due(Fault::blank) && request.kind == "query") {
        ++hits_[Fault::blank];
        spoiler_.spoil(Fault::empty, request, body);
        exposures_.of_entity(request.entity, Timestamp{INT64_MIN}, now);
        return;
    }
    for (const Fault fault : {Fault::cut, Fault::envelope}) {
        if (request.kind == "query" && is_rarely_due(fault) && spoiler_.spoil(fault, request, body))
            ++hits_[fault];
    }
    std::string spoiled;
    if (const auto bad = bad_.find(request.entity); bad != bad_.end())
        spoiled = spoiler_.spoil_bytes(bad->second.first, body, bad->second.second);
    if (spoiled.empty() && is_rarely_due(Fault::bytes))
        spoiled = spoiler_.spoil_bytes("", body, rare_random_());
    if (spoiled.empty()) return;
    ++hits_[Fault::bytes];
    exposures_.of_record(request.entity, spoiled, now);
}

// The record that the current listing omits.
void Weather::leave_out_some(const SeenRequest& request) {
    std::set<std::string, std::less<>> ids;
    if (left_out_ && left_out_->entity == request.entity) ids.insert(left_out_->id);
    const auto spell = spells_.find(Fault::hole);
    if (spell != spells_.end() && model_.now() <= spell->second.until) {
        if (const auto holes = holes_.find(request.entity); holes != holes_.end())
            ids.insert(holes->second.begin(), holes->second.end());
    }
    if (request.kind != "query" || (ids.empty() && !hiding_.contains(request.entity))) return;
    hiding_.insert(request.entity);
    if (ids.empty()) hiding_.erase(request.entity);
    hits_[Fault::hole] += ids.size();
    for (const std::string& id : ids)
        exposures_.of_record(request.entity, id, model_.now());
    model_.hide(request.entity, std::move(ids), by_filter_only_ && !left_out_);
}

// Versions that became visible since then may be missing; older ones may be returned as they were.
std::optional<PortalModel::Answer> Weather::other_answer(const SeenRequest& request, Timestamp now) {
    const auto spell = spells_.find(Fault::lag);
    if (spell == spells_.end() || spell->second.until < now || !chance(rare_random_, spell->second.percent))
        return std::nullopt;
    ++hits_[Fault::lag];
    exposures_.of_replica(request.entity, now - plan_.lag, now, /*beyond_overlap=*/true);
    return replica_.answer(model_.settings(), request.kind, request.entity, request.text, now);
}

std::optional<Timestamp> Weather::date(Timestamp now, Timestamp local) {
    const auto spell = spells_.find(Fault::date);
    const bool wrong = spell != spells_.end() && now <= spell->second.until;
    if (wrong) ++hits_[Fault::date];
    std::optional<Timestamp> date;
    if (!(wrong ? date_missing_ : plan_.date_absent)) date = now + (wrong ? date_off_ : plan_.date_ahead);
    // No clock that the daemon can read is right, and a time ahead of the truth settles too much.
    const Timestamp ahead = now + 1s;
    const bool has_date = date && is_plausible(*date);
    if ((!has_date || ahead < *date) && ahead < local) {
        for (const std::string& entity : plan_.entities)
            exposures_.for_good(entity);
    }
    return date;
}

std::optional<StoreFault> Weather::store_fault(std::string_view operation, Timestamp now) {
    throw_some(now, rare_random_);
    if (!hits(Fault::store, now)) return std::nullopt;
    constexpr ErrorCode codes[] = {ErrorCode::store_busy, ErrorCode::store_full, ErrorCode::store_failed};
    StoreFault fault{.error = portal_error(codes[between(random_, 0, 2)])};
    fault.error.operation = "simulated " + std::string(operation);
    fault.took_effect = chance(random_, 30);
    return fault;
}

}  // namespace carecloud
