#include "sns/fetch_queue.hpp"

#include <algorithm>

namespace carecloud {
namespace {

bool waits_unknown(const FetchPtr& fetch) {
    return !fetch->known && !fetch->begun;
}

std::size_t weight_of(const FetchPtr& fetch) {
    return fetch->waiters.count() + (fetch->returned ? 1 : 0);
}

std::string name_of(const HttpUrl& url) {
    return url.origin.authority() + url.target;
}

}  // namespace

void NewestNames::add(const std::string& name) {
    const auto [entry, is_new] = names_.insert(name);
    if (!is_new) return;
    order_.push_back(entry);
    if (order_.size() <= most_) return;
    names_.erase(order_.front());
    order_.pop_front();
}

FetchPtr FetchQueue::join(const HttpUrl& url, bool known) {
    FetchPtr fetch = find(url);
    const bool is_known = fetch ? fetch->known : known;
    if (!is_known && !make_room(fetch)) return nullptr;
    if (!fetch) {
        fetch = std::make_shared<CertificateFetch>(url, known);
        fetch->returned = given_up_.contains(name_of(url));
        fetches_.push_back(fetch);
    }
    return fetch;
}

FetchPtr FetchQueue::next(MonoTime now) {
    if (!has_slot()) return nullptr;
    FetchPtr fetch = first_known();
    if (!fetch && unknown_begun() + 1 < limits_.fetches_max && budget_at() <= now) {
        fetch = most_wanted();
        if (fetch) spent_until_ = std::max(spent_until_, now) + limits_.unknown_every;
    }
    if (fetch) fetch->begun = true;
    return fetch;
}

MonoTime FetchQueue::budget_at() const {
    const auto burst = static_cast<Duration::rep>(limits_.unknown_burst);
    return spent_until_ + limits_.unknown_every * (1 - burst);
}

void FetchQueue::end(const FetchPtr& fetch, Result<CertificatePtr> outcome) {
    std::erase(fetches_, fetch);
    fetch->outcome.emplace(std::move(outcome));
    fetch->waiters.wake_all();
}

void FetchQueue::give_up(const FetchPtr& fetch) {
    if (fetch->begun || fetch->outcome || fetch->waiters.count() > 0) return;
    given_up_.add(name_of(fetch->url));
    std::erase(fetches_, fetch);
}

std::vector<FetchPtr> FetchQueue::end_all(const Error& error) {
    std::vector<FetchPtr> fetches = fetches_;
    for (const FetchPtr& fetch : fetches)
        end(fetch, error);
    return fetches;
}

FetchPtr FetchQueue::find(const HttpUrl& url) const {
    const auto found = std::find_if(fetches_.begin(), fetches_.end(), [&](const FetchPtr& fetch) {
        return fetch->url.target == url.target && fetch->url.origin == url.origin;
    });
    return found == fetches_.end() ? nullptr : *found;
}

FetchPtr FetchQueue::first_known() const {
    const auto found = std::find_if(fetches_.begin(), fetches_.end(),
                                    [](const FetchPtr& fetch) { return fetch->known && !fetch->begun; });
    return found == fetches_.end() ? nullptr : *found;
}

// The oldest if several are equal.
FetchPtr FetchQueue::most_wanted() const {
    FetchPtr most;
    for (const FetchPtr& fetch : fetches_) {
        if (!waits_unknown(fetch)) continue;
        if (!most || weight_of(fetch) > weight_of(most)) most = fetch;
    }
    return most;
}

// The oldest if several are equal, so the newest has time to gain more waiters.
FetchPtr FetchQueue::least_wanted(const FetchPtr& except) const {
    FetchPtr least;
    for (const FetchPtr& fetch : fetches_) {
        if (!waits_unknown(fetch) || fetch == except) continue;
        if (!least || weight_of(fetch) < weight_of(least)) least = fetch;
    }
    return least;
}

// Makes room for one more waiter for `wanted`, or for a new name if that is null.
bool FetchQueue::make_room(const FetchPtr& wanted) {
    if (unknown_waiters() < limits_.unknown_waiters_max) return true;
    const FetchPtr least = least_wanted(wanted);
    const std::size_t wanting = wanted ? weight_of(wanted) + 1 : 1;
    if (!least || weight_of(least) > wanting) return false;
    given_up_.add(name_of(least->url));
    end(least, too_many_unknown_certificates());
    return true;
}

std::size_t FetchQueue::begun() const {
    const auto count =
        std::count_if(fetches_.begin(), fetches_.end(), [](const FetchPtr& fetch) { return fetch->begun; });
    return static_cast<std::size_t>(count);
}

std::size_t FetchQueue::unknown_begun() const {
    const auto count = std::count_if(fetches_.begin(), fetches_.end(),
                                     [](const FetchPtr& fetch) { return fetch->begun && !fetch->known; });
    return static_cast<std::size_t>(count);
}

std::size_t FetchQueue::unknown_waiters() const {
    std::size_t count = 0;
    for (const FetchPtr& fetch : fetches_)
        count += fetch->known ? 0 : fetch->waiters.count();
    return count;
}

Error too_many_unknown_certificates() {
    return {.code = ErrorCode::rate_limited,
            .operation = "fetch the SNS signing certificate",
            .subject = "too many messages with unknown signing certificates",
            .hint = "probably forged messages; genuine ones are accepted when SNS retries them"};
}

}  // namespace carecloud
