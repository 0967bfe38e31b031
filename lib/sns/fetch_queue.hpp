// The queue of fetches of signing certificates, waiting or in progress, and their waiters.
//
// Anyone can send messages that name nonexistent certificates, and only a fetch reveals that. So unknown names (those
// never verified) share a small budget and leave one slot to the known ones, and the number of messages that wait for
// them is limited. The name with the most waiting messages is fetched first; if there are too many, the name with the
// fewest is given up: genuine messages share one name and are sent again, forged ones are not. A name that returns
// after it was given up counts as one more message.
//
// Pure: the time is a parameter. I/O thread only.
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

// The most recently added names.
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
    bool known;             // the name was verified before
    bool begun = false;     // false: it is still queued
    bool returned = false;  // it was given up before
    std::optional<Result<CertificatePtr>> outcome{};
    Waiters waiters{};
    boost::asio::cancellation_signal cancel{};
};

using FetchPtr = std::shared_ptr<CertificateFetch>;

struct FetchLimits {
    std::size_t fetches_max = 4;  // concurrently; the last slot is only for known names
    // Fetches of unknown names: a burst of this many, then one per unknown_every.
    std::size_t unknown_burst = 8;
    Duration unknown_every = std::chrono::seconds(1);
    std::size_t returning_max = 4096;       // how many given-up names are remembered
    std::size_t unknown_waiters_max = 208;  // messages; leaves slots for others (ReceiverSettings)
};

class FetchQueue {
  public:
    explicit FetchQueue(const FetchLimits& limits) : limits_(limits), given_up_(limits.returning_max) {}

    // Returns the fetch of that URL; adds one to the queue if there is none. nullptr if too many messages wait for
    // unknown names.
    FetchPtr join(const HttpUrl& url, bool known);
    // Returns the next fetch to start and marks it as started; nullptr if there is none.
    FetchPtr next(MonoTime now);
    // When the budget for unknown names allows a fetch; may be in the past.
    MonoTime budget_at() const;
    bool has_slot() const { return begun() < limits_.fetches_max; }

    // Removes the fetch and wakes its waiters.
    void end(const FetchPtr& fetch, Result<CertificatePtr> outcome);
    // Removes the fetch if it has not started and no message waits for it any more.
    void give_up(const FetchPtr& fetch);
    // Removes and returns all fetches.
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
    std::vector<FetchPtr> fetches_{};  // in order of arrival
    MonoTime spent_until_{};  // when all used fetches of unknown names are refilled, one per unknown_every
};

Error too_many_unknown_certificates();

}  // namespace carecloud
