#include "simulation/weather.hpp"

#include <algorithm>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr Fault kSpells[] = {Fault::network, Fault::server, Fault::rate,    Fault::quota,
                             Fault::key,     Fault::empty,  Fault::foreign, Fault::store};

// An empty listing by mistake does not come again at once, whatever is asked: nobody could tell it from the truth.
constexpr std::size_t kBetweenEmpty = 10;

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
    if (fault == Fault::quota) {
        if (chance(random_, 70)) return {};
        quota_month_ = month_of(now);
        return "the portal calls the quota of " + quota_month_ + " spent";
    }
    spells_[fault] = spell;
    return std::string(to_string(fault)) + " trouble until " + spell.until.to_string_ms() + ", " +
           std::to_string(static_cast<int>(spell.percent)) + " %";
}

void Weather::clear() {
    spells_.clear();
    quota_month_.clear();  // as when the quota was raised
}

bool Weather::hits(Fault fault, Timestamp now) {
    const auto spell = spells_.find(fault);
    if (spell == spells_.end() || spell->second.until < now) return false;
    if (!chance(random_, spell->second.percent)) return false;
    ++hits_[fault];
    return true;
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
    if (hits(Fault::server, now)) {
        if (chance(random_, 40)) return portal_error(ErrorCode::server_failed);
        spoiling_ = Fault::server;
        return std::nullopt;
    }
    const bool lists = request.kind == "query";
    if (lists && hits(Fault::foreign, now)) spoiling_ = Fault::foreign;
    if (lists && ++since_empty_ > kBetweenEmpty && hits(Fault::empty, now)) {
        since_empty_ = 0;
        spoiling_ = Fault::empty;
    }
    return std::nullopt;
}

std::string Weather::refusal() const {
    return plan_.dialect.pascal ? R"({"IsSuccess":false,"ResponseStatus":{"ErrorCode":"Busy"},"Data":[]})"
                                : R"({"isSuccess":false,"responseStatus":{"errorCode":"Busy"},"data":[]})";
}

// Another `_id` stands first in the first record, each time another one.
void Weather::contradict(std::string& body) {
    const std::string own = R"({"_id":)";
    const auto at = body.find(own);
    if (at == std::string::npos) return;
    body.insert(at + 1, R"("_id":"spoilt-)" + std::to_string(random_()) + R"(",)");
}

void Weather::spoil(const SeenRequest& /*request*/, std::string& body) {
    if (spoiling_ == Fault::empty) {
        body = plan_.dialect.pascal ? R"({"IsSuccess":true,"Data":[]})" : R"({"isSuccess":true,"data":[]})";
    } else if (spoiling_ == Fault::foreign) {
        const std::string own = R"("workspace_id":"w")";
        const auto at = body.find(own);
        if (at != std::string::npos) body.replace(at, own.size(), R"("workspace_id":"x")");
    } else if (spoiling_ == Fault::server) {
        switch (between(random_, 0, 3)) {
            case 0:
                body = "<html><body>502 Bad Gateway</body></html>";
                break;
            case 1:
                contradict(body);
                break;
            case 2:
                body.resize(static_cast<std::size_t>(between(
                    random_, 0, std::max<std::int64_t>(static_cast<std::int64_t>(body.size()) - 1, 0))));
                break;
            default:
                body = refusal();
        }
    }
    spoiling_.reset();
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
