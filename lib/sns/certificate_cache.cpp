#include "sns/certificate_cache.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kFailuresMax = 64;

Error busy(std::string what) {
    return {.code = ErrorCode::rate_limited,
            .operation = "fetch SNS's signing certificate",
            .subject = std::move(what),
            .hint = {}};
}

Error not_valid_now() {
    return {.code = ErrorCode::tls_failed,
            .operation = "fetch SNS's signing certificate",
            .subject = "it has expired, or is not valid yet",
            .hint = "set this machine's clock"};
}

Error cancelled_fetch() {
    return {.code = ErrorCode::cancelled,
            .operation = "fetch SNS's signing certificate",
            .subject = "shutting down",
            .hint = {}};
}

}  // namespace

struct CertificateCache::Flight {
    Flight(std::string called, HttpUrl address) : key(std::move(called)), url(std::move(address)) {}

    std::string key;
    HttpUrl url;
    asio::cancellation_signal cancel{};
    std::optional<Result<CertificatePtr>> outcome{};  // none: still in the air
    std::vector<Alarm*> waiting{};

    void land(Result<CertificatePtr> result) {
        outcome.emplace(std::move(result));
        for (Alarm* alarm : waiting)
            alarm->wake();
    }
};

struct CertificateCache::State {
    struct Kept {
        std::string key;
        CertificatePtr certificate;
    };
    struct Failure {
        std::string key;
        Error error;
        MonoTime until;
    };

    Clock& clock;
    std::shared_ptr<HttpsFetcher> fetcher;
    std::optional<TrustAnchors> anchors;
    CertificateCacheSettings settings;
    std::vector<Kept> kept{};  // the one used last at the end
    std::map<std::string, std::shared_ptr<Flight>> flights{};
    std::deque<Failure> failures{};  // the oldest first
    std::size_t waiters = 0;
    std::size_t fetches = 0;
    bool closed = false;

    CertificatePtr find(const std::string& key);
    void keep(const std::string& key, CertificatePtr certificate);
    const Failure* recent_failure(const std::string& key) const;
    void remember_failure(const std::string& key, const Error& error);
    Result<CertificatePtr> examine(const Result<std::string>& pem) const;
    void land(Flight& flight, const Result<std::string>& pem);
};

CertificatePtr CertificateCache::State::find(const std::string& key) {
    const auto found =
        std::find_if(kept.begin(), kept.end(), [&](const Kept& one) { return one.key == key; });
    if (found == kept.end()) return nullptr;
    if (!found->certificate->valid_at(clock.wall())) {
        kept.erase(found);
        return nullptr;
    }
    std::rotate(found, found + 1, kept.end());
    return kept.back().certificate;
}

void CertificateCache::State::keep(const std::string& key, CertificatePtr certificate) {
    if (kept.size() >= settings.certificates_max) kept.erase(kept.begin());
    kept.push_back({.key = key, .certificate = std::move(certificate)});
}

const CertificateCache::State::Failure* CertificateCache::State::recent_failure(
    const std::string& key) const {
    const MonoTime now = clock.now();
    const auto found = std::find_if(failures.begin(), failures.end(), [&](const Failure& failure) {
        return failure.key == key && failure.until > now;
    });
    return found == failures.end() ? nullptr : &*found;
}

void CertificateCache::State::remember_failure(const std::string& key, const Error& error) {
    const MonoTime now = clock.now();
    while (!failures.empty() && (failures.front().until <= now || failures.size() >= kFailuresMax)) {
        failures.pop_front();
    }
    failures.push_back({.key = key, .error = error, .until = now + settings.pause_after_failure});
}

Result<CertificatePtr> CertificateCache::State::examine(const Result<std::string>& pem) const {
    if (!pem) return pem.error();
    Result<SigningCertificate> certificate = SigningCertificate::parse(*pem);
    if (!certificate) return certificate.error();
    const Timestamp now = clock.wall();
    if (!certificate->valid_at(now)) return not_valid_now();
    if (anchors) {
        const Result<> trusted = anchors->check(*certificate, now);
        if (!trusted) return trusted.error();
    }
    return std::make_shared<const SigningCertificate>(std::move(*certificate));
}

void CertificateCache::State::land(Flight& flight, const Result<std::string>& pem) {
    Result<CertificatePtr> outcome = examine(pem);
    if (outcome) {
        keep(flight.key, *outcome);
    } else {
        remember_failure(flight.key, outcome.error());
    }
    flights.erase(flight.key);
    flight.land(std::move(outcome));
}

CertificateCache::CertificateCache(Clock& clock, std::shared_ptr<HttpsFetcher> fetcher,
                                   std::optional<TrustAnchors> anchors, CertificateCacheSettings settings)
    : state_(new State{.clock = clock,
                       .fetcher = std::move(fetcher),
                       .anchors = std::move(anchors),
                       .settings = settings}) {}

CertificateCache::~CertificateCache() {
    state_->closed = true;
    const auto flights = std::exchange(state_->flights, {});
    for (const auto& [key, flight] : flights) {
        flight->land(cancelled_fetch());
        flight->cancel.emit(asio::cancellation_type::terminal);
    }
}

std::size_t CertificateCache::size() const {
    return state_->kept.size();
}

std::size_t CertificateCache::fetches() const {
    return state_->fetches;
}

Task<> CertificateCache::fetch(std::shared_ptr<State> state, std::shared_ptr<Flight> flight) {
    Result<std::string> pem = cancelled_fetch();
    HttpUrl url = flight->url;
    std::string operation = "fetch SNS's signing certificate";
    try {
        pem = co_await state->fetcher->fetch(std::move(url), std::move(operation));
    } catch (const boost::system::system_error& thrown) {
        // Only the destructor cancels, and it has told the waiters already.
        if (!state->closed) pem = busy(thrown.code().message());
    }
    if (!state->closed) state->land(*flight, pem);
}

void CertificateCache::start(const std::shared_ptr<Flight>& flight) {
    ++state_->fetches;
    state_->flights.emplace(flight->key, flight);
    // The flight owns the signal, and so outlives the coroutine that listens to it.
    const auto landed = [flight](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
    };
    asio::co_spawn(state_->clock.executor(), fetch(state_, flight),
                   asio::bind_cancellation_slot(flight->cancel.slot(), landed));
}

Task<Result<CertificatePtr>> CertificateCache::wait_for(std::shared_ptr<Flight> flight) {
    // Stands in the flight's list for as long as it waits, however the waiting ends.
    struct Place {
        State& state;
        Flight& flight;
        Alarm* alarm;

        Place(State& of, Flight& in, Alarm* with) : state(of), flight(in), alarm(with) {
            ++state.waiters;
            flight.waiting.push_back(alarm);
        }
        ~Place() {
            --state.waiters;
            std::erase(flight.waiting, alarm);
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
    };
    const std::shared_ptr<State> state = state_;
    const std::unique_ptr<Alarm> alarm = state->clock.make_alarm();
    const Place place(*state, *flight, alarm.get());
    while (!flight->outcome)
        co_await alarm->wait_until(Clock::never);
    co_return *flight->outcome;
}

Task<Result<CertificatePtr>> CertificateCache::get(HttpUrl url) {
    const std::string key = url.origin.authority() + url.target;
    if (CertificatePtr kept = state_->find(key)) co_return kept;
    if (const State::Failure* failure = state_->recent_failure(key)) co_return failure->error;
    if (state_->waiters >= state_->settings.waiters_max) co_return busy("too many messages wait for one");
    const auto found = state_->flights.find(key);
    std::shared_ptr<Flight> flight;
    if (found != state_->flights.end()) {
        flight = found->second;
    } else if (state_->flights.size() >= state_->settings.fetches_max) {
        co_return busy("too many fetches are under way");
    } else {
        flight = std::make_shared<Flight>(key, std::move(url));
        start(flight);
    }
    Result<CertificatePtr> outcome = co_await wait_for(flight);
    co_return outcome;
}

}  // namespace carecloud
