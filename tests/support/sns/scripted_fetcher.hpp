// SNS's host without sockets: responds by URL, after a time set by the test, and records the requests.
//
//     ScriptedFetcher fetcher(clock);
//     fetcher.answer(url, pem);
//
// Only for the thread that runs the clock's executor.
#pragma once

#include "base/clock.hpp"
#include "sns/https_fetcher.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class ScriptedFetcher : public HttpsFetcher {
  public:
    explicit ScriptedFetcher(Clock& clock) : clock_(clock) {}

    // Sets the response to requests for `url` from now on. Other URLs are unreachable.
    void answer(const std::string& url, Result<std::string> body, Duration latency = Duration{0});
    // Sets the response for all URLs without their own response.
    void answer_rest(Result<std::string> body) { rest_ = std::move(body); }

    // The requested URLs, in order.
    const std::vector<std::string>& asked() const { return asked_; }
    std::size_t under_way() const { return under_way_; }

    Task<Result<std::string>> fetch(HttpUrl url, std::string operation) override;

  private:
    struct Answer {
        Result<std::string> body;
        Duration latency;
    };

    Clock& clock_;
    std::map<std::string, Answer> answers_;
    std::optional<Result<std::string>> rest_;
    std::vector<std::string> asked_;
    std::size_t under_way_ = 0;
};

}  // namespace carecloud
