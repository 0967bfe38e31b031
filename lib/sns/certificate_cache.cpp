#include "sns/certificate_cache.hpp"

#include "sns/certificate_memory.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

constexpr const char* kFetch = "fetch the SNS signing certificate";

Error fetch_error(ErrorCode code, std::string what, std::string hint = {}) {
    return {.code = code, .operation = kFetch, .subject = std::move(what), .hint = std::move(hint)};
}

Error canceled_fetch() {
    return fetch_error(ErrorCode::canceled, "shutting down");
}

Error not_loaded(Error error) {
    error.operation = "load a signing certificate from the store";
    error.hint = "it is removed and fetched again when needed";
    return error;
}

std::string text_of(const HttpUrl& url) {
    return "https://" + url.origin.authority() + url.target;
}

Duration age_of(const KeptCertificate& kept, Timestamp now) {
    return now - kept.fetched_at;
}

void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

struct CertificateCache::State : std::enable_shared_from_this<State> {
    State(CertificateCacheParts with, CertificateCacheSettings by)
        : parts(std::move(with)),
          settings(by),
          queue(by.fetches),
          held(by.certificates_max),
          failures(by.pause_after_failure) {}

    CertificateCacheParts parts;
    CertificateCacheSettings settings;
    FetchQueue queue;
    HeldCertificates held;  // verified names
    RecentFailures failures;
    std::vector<std::string> dropped{};  // to be removed from the store
    Waiters loading{};
    bool loaded = false;
    bool closed = false;
    std::size_t fetches = 0;

    CertificatePtr use(const HttpUrl& url);
    void hold(const std::string& url, CertificatePtr certificate, MonoTime refresh_at);
    Result<CertificatePtr> examine(const std::string& url, const std::string& pem) const;
    void begin_due();
    MonoTime next_check() const;
    bool land(const FetchPtr& fetch, const Result<std::string>& pem);
    void take(const KeptCertificate& kept);
    void fail(const Error& error) const {
        if (!closed) parts.report(error);
    }

    // Coroutines; each keeps the state alive.
    static Task<> fetch(std::shared_ptr<State> state, FetchPtr fetch);
    static Task<> load(std::shared_ptr<State> state);
    static Task<> save(std::shared_ptr<State> state, KeptCertificate kept);
    static Task<> remove_dropped(std::shared_ptr<State> state);
    static Task<Result<CertificatePtr>> wait(std::shared_ptr<State> state, FetchPtr fetch, MonoTime deadline);
};

// Returns the held certificate if it is valid, else nullptr; starts a background refresh if one is due.
CertificatePtr CertificateCache::State::use(const HttpUrl& url) {
    HeldCertificates::Held* const found = held.use(text_of(url));
    if (found == nullptr || !found->certificate->valid_at(parts.clock.wall())) return nullptr;
    CertificatePtr certificate = found->certificate;
    const MonoTime now = parts.clock.now();
    if (found->refresh_at <= now && queue.has_slot()) {
        found->refresh_at = now + settings.refresh_pause;
        queue.join(url, true);
        begin_due();
    }
    return certificate;
}

void CertificateCache::State::hold(const std::string& url, CertificatePtr certificate, MonoTime refresh_at) {
    const std::optional<std::string> gone = held.hold(url, std::move(certificate), refresh_at);
    if (gone) dropped.push_back(*gone);
}

// The same checks for a fetched certificate and one from the store.
Result<CertificatePtr> CertificateCache::State::examine(const std::string& url,
                                                        const std::string& pem) const {
    const Result<std::vector<std::string>> names = parts.names(url);
    if (!names) return names.error();
    Result<SigningCertificate> certificate = SigningCertificate::parse(pem);
    if (!certificate) return certificate.error();
    const Timestamp now = parts.clock.wall();
    if (!certificate->valid_at(now)) {
        return fetch_error(ErrorCode::tls_failed, "expired or not valid yet", "check this machine's clock");
    }
    if (parts.anchors) {
        const Result<> trusted = parts.anchors->check(*certificate, now);
        if (!trusted) return trusted.error();
    }
    if (!certificate->bears_one_of(*names)) {
        return fetch_error(ErrorCode::bad_response, "not issued for SNS");
    }
    return std::make_shared<const SigningCertificate>(std::move(*certificate));
}

void CertificateCache::State::begin_due() {
    while (!closed) {
        const FetchPtr next = queue.next(parts.clock.now());
        if (!next) return;
        ++fetches;
        // The completion handler owns the fetch, and so its cancellation signal, which must outlive the coroutine.
        const auto ended = [next](const std::exception_ptr& thrown) { rethrow(thrown); };
        asio::co_spawn(parts.clock.executor(), fetch(shared_from_this(), next),
                       asio::bind_cancellation_slot(next->cancel.slot(), ended));
    }
}

// When a waiter checks again for fetches to start. There is no separate timer: the waiters drive the queue.
MonoTime CertificateCache::State::next_check() const {
    const MonoTime now = parts.clock.now();
    const MonoTime budget_at = queue.budget_at();
    return budget_at > now ? budget_at : now + settings.fetches.unknown_every;
}

Task<> CertificateCache::State::fetch(std::shared_ptr<State> state, FetchPtr fetch) {
    Result<std::string> pem = canceled_fetch();
    HttpUrl url = fetch->url;
    std::string operation = kFetch;
    try {
        pem = co_await state->parts.fetcher->fetch(std::move(url), std::move(operation));
    } catch (const boost::system::system_error& thrown) {
        // Only the destructor cancels, and by then it has woken the waiters.
        pem = fetch_error(ErrorCode::unreachable, thrown.code().message());
    }
    if (state->closed) co_return;
    const bool good = state->land(fetch, pem);
    state->begin_due();
    if (!good) co_return;
    KeptCertificate kept{.url = text_of(fetch->url), .pem = *pem, .fetched_at = state->parts.clock.wall()};
    auto saving = save(state, std::move(kept));
    co_await std::move(saving);
}

// Returns true if the certificate is now held and must be saved.
bool CertificateCache::State::land(const FetchPtr& fetch, const Result<std::string>& pem) {
    const std::string url = text_of(fetch->url);
    Result<CertificatePtr> outcome = pem ? examine(url, *pem) : Result<CertificatePtr>(pem.error());
    const bool good = outcome.has_value();
    const HeldCertificates::Held* const found = held.find(url);
    if (good) {
        hold(url, *outcome, parts.clock.now() + settings.refresh_after);
    } else if (found != nullptr && found->certificate->valid_at(parts.clock.wall())) {
        fail(outcome.error());  // a refresh failed: the held certificate stays in use
    } else {
        failures.add(url, outcome.error(), parts.clock.now());
    }
    queue.end(fetch, std::move(outcome));
    return good;
}

Task<> CertificateCache::State::load(std::shared_ptr<State> state) {
    auto reading = state->parts.store.certificates();
    const Result<std::vector<KeptCertificate>> kept = co_await std::move(reading);
    if (state->closed) co_return;
    if (!kept) state->fail(kept.error());
    if (kept) {
        for (const KeptCertificate& one : *kept)
            state->take(one);
    }
    state->loaded = true;
    state->loading.wake_all();
    auto removing = remove_dropped(state);
    co_await std::move(removing);
}

void CertificateCache::State::take(const KeptCertificate& kept) {
    Result<CertificatePtr> certificate = examine(kept.url, kept.pem);
    if (!certificate) {
        dropped.push_back(kept.url);
        fail(not_loaded(certificate.error()));
        return;
    }
    const Duration age = age_of(kept, parts.clock.wall());
    const bool due = age < Duration{0} || age > settings.refresh_after;
    hold(kept.url, *certificate, parts.clock.now() + (due ? Duration{0} : settings.refresh_after - age));
}

Task<> CertificateCache::State::save(std::shared_ptr<State> state, KeptCertificate kept) {
    auto saving = state->parts.store.save_certificate(std::move(kept));
    const Result<> saved = co_await std::move(saving);
    if (!saved) state->fail(saved.error());
    auto removing = remove_dropped(state);
    co_await std::move(removing);
}

Task<> CertificateCache::State::remove_dropped(std::shared_ptr<State> state) {
    while (!state->closed && !state->dropped.empty()) {
        std::string url = std::move(state->dropped.back());
        state->dropped.pop_back();
        auto removing = state->parts.store.remove_certificate(std::move(url));
        const Result<> removed = co_await std::move(removing);
        if (!removed) state->fail(removed.error());
    }
}

Task<Result<CertificatePtr>> CertificateCache::State::wait(std::shared_ptr<State> state, FetchPtr fetch,
                                                           MonoTime deadline) {
    struct GiveUp {
        State& state;
        const FetchPtr& fetch;

        GiveUp(State& of, const FetchPtr& on) : state(of), fetch(on) {}
        ~GiveUp() { state.queue.give_up(fetch); }
        GiveUp(const GiveUp&) = delete;
        GiveUp& operator=(const GiveUp&) = delete;
    };
    const GiveUp at_the_end(*state, fetch);
    Waiters::Registration registration(fetch->waiters, state->parts.clock);
    state->begin_due();
    while (!fetch->outcome) {
        const MonoTime now = state->parts.clock.now();
        if (now >= deadline) {
            co_return fetch->begun ? fetch_error(ErrorCode::timed_out, "no response yet")
                                   : too_many_unknown_certificates();
        }
        const MonoTime until = fetch->begun ? deadline : std::min(deadline, state->next_check());
        co_await registration.until(until);
        state->begin_due();
    }
    co_return *fetch->outcome;
}

CertificateCache::CertificateCache(CertificateCacheParts parts, CertificateCacheSettings settings)
    : state_(std::make_shared<State>(std::move(parts), settings)) {
    asio::co_spawn(state_->parts.clock.executor(), State::load(state_), rethrow);
}

CertificateCache::~CertificateCache() {
    state_->closed = true;
    state_->loaded = true;
    state_->loading.wake_all();
    for (const FetchPtr& fetch : state_->queue.end_all(canceled_fetch()))
        fetch->cancel.emit(asio::cancellation_type::terminal);
}

std::size_t CertificateCache::size() const {
    return state_->held.size();
}

std::size_t CertificateCache::fetches() const {
    return state_->fetches;
}

Task<Result<CertificatePtr>> CertificateCache::get(HttpUrl url) {
    const std::shared_ptr<State> state = state_;
    Clock& clock = state->parts.clock;
    const MonoTime deadline = clock.now() + state->settings.wait_max;
    if (!state->loaded) {
        Waiters::Registration registration(state->loading, clock);
        while (!state->loaded && clock.now() < deadline)
            co_await registration.until(deadline);
    }
    if (state->closed) co_return canceled_fetch();
    if (CertificatePtr certificate = state->use(url)) co_return certificate;
    const std::string text = text_of(url);
    const std::optional<Error> failure = state->failures.find(text, clock.now());
    if (failure) co_return *failure;
    const FetchPtr fetch = state->queue.join(url, state->held.find(text) != nullptr);
    if (!fetch) co_return too_many_unknown_certificates();
    auto waiting = State::wait(state, fetch, deadline);
    Result<CertificatePtr> outcome = co_await std::move(waiting);
    co_return outcome;
}

}  // namespace carecloud
