// The fetches of signing certificates that wait for their turn or are under way, and who waits for them.
//
// Anybody can send messages that name certificates which do not exist, and only a fetch shows it. So names that were
// never found good share a small budget, leave one slot to the known ones, and at most so many messages wait for them.
// Of these the name that most messages wait for goes first, and when there are too many, the name that fewest wait for
// is given up: honest messages share one name, and come again with it, those that make names up do not. A name that
// comes again after it was given up counts for one message more.
//
// Pure: it is given the time. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/url.hpp"
#include "sns/certificate.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

// The newest names that were given to it.
class NewestNames {
  public:
    explicit NewestNames(std::size_t most) : most_(most) {}

    void add(const std::string& name);
    bool contains(const std::string& name) const { return names_.contains(name); }

  private:
    std::size_t most_;
    std::set<std::string> names_{};
    std::deque<std::set<std::string>::const_iterator> order_{};
};

struct CertificateFetch {
    CertificateFetch(HttpUrl address, bool is_known) : url(std::move(address)), known(is_known) {}

    HttpUrl url;
    bool known;             // the name was found good before
    bool begun = false;     // false: it waits for its turn
    bool returned = false;  // it was given up before
    std::optional<Result<CertificatePtr>> outcome{};
    Waiters waiters{};
    boost::asio::cancellation_signal cancel{};
};

using FetchPtr = std::shared_ptr<CertificateFetch>;

struct FetchLimits {
    std::size_t fetches_max = 4;  // at once; one of them for known names alone
    // Unknown names: so many fetches at once, then one each.
    std::size_t unknown_burst = 8;
    Duration unknown_every = std::chrono::seconds(1);
    std::size_t returning_max = 4096;       // names that were given up and are remembered
    std::size_t unknown_waiters_max = 208;  // messages, so that others always find a place (ReceiverSettings)
};

class FetchQueue {
  public:
    explicit FetchQueue(const FetchLimits& limits) : limits_(limits), given_up_(limits.returning_max) {}

    // The fetch of that address, which is queued where there is none. Null: too many wait for unknown names.
    FetchPtr join(const HttpUrl& url, bool known);
    // The one to begin now, which counts as begun; null: none.
    FetchPtr next(MonoTime now);
    // When the budget of unknown names has a fetch to give; it may have passed.
    MonoTime budget_at() const;
    bool has_slot() const { return begun() < limits_.fetches_max; }

    // Removes it, and wakes who waits for it.
    void end(const FetchPtr& fetch, Result<CertificatePtr> outcome);
    // Removes it if it has not begun and no message waits for it any more.
    void give_up(const FetchPtr& fetch);
    // All are removed, and returned.
    std::vector<FetchPtr> end_all(const Error& error);

  private:
    FetchPtr find(const HttpUrl& url) const;
    FetchPtr first_known() const;
    FetchPtr most_wanted() const;
    FetchPtr least_wanted(const FetchPtr& except) const;
    bool make_room(const FetchPtr& wanted);
    std::size_t begun() const;
    std::size_t unknown_begun() const;
    std::size_t unknown_waiters() const;

    FetchLimits limits_;
    NewestNames given_up_;
    std::vector<FetchPtr> fetches_{};  // in the order of their coming
    MonoTime spent_until_{};           // the fetches that were given, at one each
};

Error too_many_unknown_certificates();

}  // namespace carecloud
