#include "portal/delivery_queue.hpp"

#include <deque>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

namespace carecloud {

namespace asio = boost::asio;

// Shared with its coroutines and timers, which check whether the queue still exists before they continue.
struct DeliveryQueue::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor used, const DeliveryPolicy& given, std::size_t most)
        : executor(std::move(used)), policy(given), at_once(most) {}

    asio::any_io_executor executor;
    DeliveryPolicy policy;
    std::size_t at_once;
    std::deque<DeliveryJob> waiting;
    std::size_t running = 0;
    bool ended = false;
    DeliveryCounts counts;

    void start_some();
    void start_later(DeliveryJob job, std::chrono::milliseconds after);
    void take(DeliveryJob job, const WireAnswer& answer);
    static Task<> attempt(std::shared_ptr<State> self, DeliveryJob job);
};

void DeliveryQueue::State::start_some() {
    while (running < at_once && !waiting.empty()) {
        DeliveryJob job = std::move(waiting.front());
        waiting.pop_front();
        ++running;
        asio::co_spawn(executor, attempt(shared_from_this(), std::move(job)), asio::detached);
    }
}

void DeliveryQueue::State::start_later(DeliveryJob job, std::chrono::milliseconds after) {
    const auto timer = std::make_shared<asio::steady_timer>(executor, after);
    const auto held = std::make_shared<DeliveryJob>(std::move(job));
    timer->async_wait([weak = weak_from_this(), timer, held](const boost::system::error_code& failure) {
        const auto self = weak.lock();
        if (failure || !self || self->ended) return;
        self->waiting.push_back(std::move(*held));
        self->start_some();
    });
}

Task<> DeliveryQueue::State::attempt(std::shared_ptr<State> self, DeliveryJob job) {
    if (self->ended) co_return;
    if (!job.post) job.post = job.make();
    const WireAnswer answer = co_await job.wire->post(*job.post);
    --self->running;
    if (self->ended) co_return;
    self->take(std::move(job), answer);
    self->start_some();
}

void DeliveryQueue::State::take(DeliveryJob job, const WireAnswer& answer) {
    DeliveryResult& result = job.result;
    ++counts.statuses[answer.status];
    if (answer.challenged) ++counts.challenged;
    if (result.attempts > 0) ++counts.retried;
    ++result.attempts;
    result.status = answer.status;
    result.latency = answer.latency;
    result.error = answer.error;
    result.end = end_of_attempt(policy, answer.status, result.attempts);
    if (result.end == DeliveryEnd::pending) return start_later(std::move(job), policy.retry_delay);
    --counts.pending;
    if (result.end == DeliveryEnd::delivered) ++counts.delivered;
    if (result.end == DeliveryEnd::refused) ++counts.refused;
    if (result.end == DeliveryEnd::given_up) ++counts.given_up;
    if (job.done) job.done(result);
}

DeliveryQueue::DeliveryQueue(asio::any_io_executor executor, const DeliveryPolicy& policy,
                             std::size_t at_once)
    : state_(std::make_shared<State>(std::move(executor), policy, at_once)) {}

DeliveryQueue::~DeliveryQueue() {
    state_->ended = true;
    state_->waiting.clear();
}

void DeliveryQueue::push(DeliveryJob job, std::chrono::milliseconds after) {
    ++state_->counts.pending;
    if (after.count() > 0) return state_->start_later(std::move(job), after);
    state_->waiting.push_back(std::move(job));
    state_->start_some();
}

const DeliveryCounts& DeliveryQueue::counts() const {
    return state_->counts;
}

const DeliveryPolicy& DeliveryQueue::policy() const {
    return state_->policy;
}

void DeliveryQueue::change(const DeliveryPolicy& policy) {
    state_->policy = policy;
}

}  // namespace carecloud
