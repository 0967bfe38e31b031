#include "support/sns/scripted_fetcher.hpp"

#include <utility>

namespace carecloud {
namespace {

Error unreachable(std::string operation) {
    return {.code = ErrorCode::unreachable,
            .operation = std::move(operation),
            .subject = "connection refused",
            .hint = {}};
}

}  // namespace

void ScriptedFetcher::answer(const std::string& url, Result<std::string> body, Duration latency) {
    answers_.insert_or_assign(url, Answer{.body = std::move(body), .latency = latency});
}

Task<Result<std::string>> ScriptedFetcher::fetch(HttpUrl url, std::string operation) {
    struct UnderWay {
        std::size_t& count;
        explicit UnderWay(std::size_t& of) : count(of) { ++count; }
        ~UnderWay() { --count; }
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;
    };
    const UnderWay one_more(under_way_);
    const std::string address = "https://" + url.origin.authority() + url.target;
    asked_.push_back(address);
    const auto found = answers_.find(address);
    if (found == answers_.end()) {
        if (rest_) co_return *rest_;
        co_return unreachable(std::move(operation));
    }
    const Answer answer = found->second;
    co_await clock_.sleep(answer.latency);
    co_return answer.body;
}

}  // namespace carecloud
