// The Portal used by a simulated engine: forwards everything, and checks the engine's obligations: the rate, at most
// two concurrent requests and two pages in memory per stream, and pauses requested by the portal. A bounded pass has
// the same limits of its own, but never requests the next page before it has stored the previous one. In addition, each
// lane has one of both, and the requests that prove a dialect are concurrent.
#pragma once

#include "portal/portal.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

// Counts that survive from one life of the process to the next.
struct RequestMeter {
    RequestMeter(RateLimits limits, Timestamp start, bool true_clock)
        : rate(limits), clock_is_true(true_clock), filled_at(start) {}

    RateLimits rate;
    bool clock_is_true;  // the daemon's months are the world's
    double tokens = 0;   // of a bucket that starts empty, like the product's
    Timestamp filled_at;
    std::size_t requests = 0;
    std::map<std::string, std::uint64_t> by_month{};  // UTC

    // The differences of another count of the months.
    std::optional<std::string> difference(const std::map<std::string, RequestCount>& counted) const;
};

class WatchedPortal : public Portal {
  public:
    // `broken` is called with the violated rule; `now` is the world's time. All of these must outlive it.
    WatchedPortal(Portal& portal, RequestMeter& meter, std::function<Timestamp()> now,
                  std::function<void(const std::string&)> broken);

    // Called when a long wait requested by the portal has ended.
    void on_release(std::function<void()> released) { released_ = std::move(released); }
    // When it requested the long wait that is still active; std::nullopt: there is none.
    std::optional<Timestamp> held_since() const {
        return heard_at_ == Timestamp{INT64_MIN} ? std::nullopt : std::optional(heard_at_);
    }
    // The number of lanes that wide loads and bounded passes share; 1: none besides their own.
    void lanes(std::size_t most) { lanes_ = most - 1; }
    // A bounded pass of the stream runs concurrently with its own; empty: none.
    void bounded(const std::string& stream) { bounded_ = stream; }

    Task<Result<PagePtr>> query(const Query& query) override;
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) override;
    Task<Result<>> refresh() override;

  private:
    // Counts as in progress until the response, or the end of the waiting coroutine.
    class Asking {
      public:
        explicit Asking(std::size_t& count) : count_(count) { ++count_; }
        ~Asking() { --count_; }
        Asking(const Asking&) = delete;
        Asking& operator=(const Asking&) = delete;

      private:
        std::size_t& count_;
    };

    void count_request();
    void check_probes(Timestamp now);
    void check_under_way(const std::string& entity);
    void keep_page(const std::string& entity, const Result<PagePtr>& answer);
    static bool ends_wait(const std::optional<Error>& error);
    void hear(const std::optional<Error>& error, Timestamp sent);

    Portal& portal_;
    RequestMeter& meter_;
    std::function<Timestamp()> now_;
    std::function<void(const std::string&)> broken_;
    std::function<void()> released_;
    std::string bounded_;
    std::size_t lanes_ = 0;
    std::map<std::string, std::size_t> under_way_;
    std::map<std::string, std::size_t> singles_;  // requests for one key, under way
    std::map<std::string, std::vector<std::weak_ptr<const Page>>> pages_;
    Timestamp quiet_until_{INT64_MIN};  // by Retry-After
    Timestamp heard_at_{INT64_MIN};     // when a longer one was first received
    std::size_t probes_ = 0;            // since then
    std::string spent_month_;           // as reported by the portal in this life
    std::size_t since_spent_ = 0;
};

}  // namespace carecloud
