#include "sync/leader/peer_work.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {

void PeerWork::stop() {
    stopped_ = true;
    alarm_->wake();
}

void PeerWork::set_leading(bool leading) {
    if (std::exchange(leading_, leading) == leading) return;
    newest_event_.reset();
    alarm_->wake();
}

Task<> PeerWork::run() {
    while (!stopped_) {
        const MonoTime next = leading_ ? clock_.now() + kEvery : Clock::never;
        if (leading_) {
            auto checking = check_events();
            co_await std::move(checking);
        }
        if (leading_) {
            auto checking = check_requests();
            co_await std::move(checking);
        }
        if (!stopped_) co_await alarm_->wait_until(next);
    }
    while (!under_way_.empty())
        co_await done_.wait(clock_);
}

// Failures of the store are not reported: the passes report them.
Task<> PeerWork::check_events() {
    auto asking = peers_.arrivals(newest_event_.value_or(0));
    const Result<Arrivals> arrivals = co_await std::move(asking);
    if (!arrivals || !leading_) co_return;
    const bool first = !newest_event_;
    newest_event_ = arrivals->newest;
    // The engine's first passes find the events up to this one.
    if (first) co_return;
    for (const std::string& stream : arrivals->streams)
        handler_.event_arrived(stream);
}

Task<> PeerWork::check_requests() {
    auto asking = peers_.open_requests(kAtOnce);
    Result<std::vector<PeerRequest>> open = co_await std::move(asking);
    if (!open || stopped_ || !leading_) co_return;
    for (PeerRequest& request : *open) {
        if (under_way_.size() >= kAtOnce || !under_way_.insert(request.id).second) continue;
        boost::asio::co_spawn(clock_.executor(), carry_out(std::move(request)),
                              [](const std::exception_ptr& thrown) {
                                  if (thrown) std::rethrow_exception(thrown);
                              });
    }
}

Task<> PeerWork::carry_out(PeerRequest request) {
    auto working = handler_.carry_out(std::move(request.text));
    std::string answer = co_await std::move(working);
    auto answering = peers_.answer(request.id, std::move(answer));
    co_await std::move(answering);
    under_way_.erase(request.id);
    done_.wake_all();
}

}  // namespace carecloud
