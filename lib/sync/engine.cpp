#include "sync/engine.hpp"

#include "sync/stream/stream_runner.hpp"
#include "sync/walk/all_of.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace carecloud {

namespace {

// Requests per second, of all streams' polls at their intervals.
double rate_of_polls(const std::vector<EngineStream>& streams) {
    double rate = 0;
    for (const EngineStream& stream : streams)
        rate += 1.0 / std::chrono::duration<double>(stream.poll_every).count();
    return rate;
}

}  // namespace

Engine::Engine(Clock& clock, Portal& portal, Store& store, Inbox& inbox, EngineSettings settings,
               Observer& observer)
    : clock_(clock),
      observer_(observer, [this] { stop_soon(); }),
      random_(settings.seed),
      limiter_(clock, store, settings.rate, rate_of_polls(settings.streams), settings.hold),
      lanes_(clock, limiter_, settings.lanes),
      whole_due_(store, store) {
    const double poll_rate = rate_of_polls(settings.streams);
    const PassContext context{clock, portal, store,       limiter_,  random_,
                              time_, lanes_, &whole_due_, &observer_};
    for (EngineStream& stream : settings.streams) {
        const auto push = settings.push.find(stream.pass.spec.entity);
        if (stream.announced && push != settings.push.end()) stream.push = push->second;
        streams_.push_back(
            std::make_unique<StreamRunner>(context, inbox, std::move(stream), poll_rate, observer_));
    }
    std::vector<JobStream> job_streams;
    for (const auto& stream : streams_) {
        job_streams.push_back(stream->job_stream());
        stream->on_job_due([this] { jobs_->forgive(); });
    }
    retries_ = std::make_unique<RetryQueue>(context, job_streams);
    jobs_ = std::make_unique<JobRunner>(context, store, observer_, std::move(job_streams));
    whole_due_.on_written([this] { jobs_->wake(); });
    // A stream in its pass has sent the probe, and continues automatically.
    limiter_.on_release([this] {
        for (const auto& stream : streams_)
            if (!stream->snapshot().in_pass) stream->forgive();
        jobs_->forgive();
    });
    limiter_.on_failure(
        [this](std::string_view stream, const Error& error) { observer_.request_failed(stream, error); });
}

Engine::~Engine() = default;

std::map<std::string, PushWatch> Engine::push() const {
    std::map<std::string, PushWatch> watches;
    for (const auto& stream : streams_) {
        if (const auto watch = stream->push()) watches.emplace(stream->entity(), *watch);
    }
    return watches;
}

void Engine::recall_loaded(const std::map<std::string, Timestamp>& first_passes) {
    for (const auto& stream : streams_)
        if (first_passes.contains(std::string(stream->entity()))) stream->recall_loaded();
}

Task<> Engine::finish() {
    // Reservations that cannot be returned stay counted: the quota errs on the safe side.
    auto returned = co_await limiter_.return_reserved();
    if (!returned) observer_.failed(returned.error());
}

// An exception (a violated invariant, never an outage) ends the engine: the other streams are stopped, so the exception
// is not hidden until they have ended.
Task<> Engine::or_stop(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const std::exception&) {
        stop();
        throw;
    }
}

// Not immediately: the refused write is part of a pass, which must not be canceled in the middle of a call.
void Engine::stop_soon() {
    boost::asio::post(clock_.executor(), [engine = std::weak_ptr<Engine*>(self_)] {
        if (const auto alive = engine.lock()) (*alive)->stop();
    });
}

Task<> Engine::run() {
    std::vector<Task<>> tasks;
    tasks.reserve(streams_.size() + 2);
    for (const auto& stream : streams_)
        tasks.push_back(or_stop(stream->run()));
    tasks.push_back(or_stop(jobs_->run()));
    tasks.push_back(or_stop(retries_->run()));
    co_await all_of(clock_.executor(), std::move(tasks));
    co_await finish();
}

Task<> Engine::run_once_into(StreamRunner& stream, PassReport& report) {
    report = co_await stream.run_once();
}

Task<std::vector<PassReport>> Engine::run_once() {
    std::vector<PassReport> reports(streams_.size());
    std::vector<Task<>> tasks;
    tasks.reserve(streams_.size());
    for (std::size_t i = 0; i < streams_.size(); ++i)
        tasks.push_back(or_stop(run_once_into(*streams_[i], reports[i])));
    co_await all_of(clock_.executor(), std::move(tasks));
    co_await finish();
    co_return reports;
}

std::optional<StreamSnapshot> Engine::snapshot(std::string_view entity) const {
    for (const auto& stream : streams_) {
        if (stream->entity() == entity) return stream->snapshot();
    }
    return std::nullopt;
}

bool Engine::nudge(std::string_view entity) {
    for (const auto& stream : streams_) {
        if (stream->entity() == entity) {
            stream->nudge();
            return true;
        }
    }
    return false;
}

bool Engine::ask(std::string_view entity) {
    for (const auto& stream : streams_) {
        if (stream->entity() != entity) continue;
        limiter_.allow_probe();
        stream->forgive();
        return true;
    }
    return false;
}

// The job runner may already have found the pass in the store and been refused by a hold.
void Engine::pass_requested() {
    limiter_.allow_probe();
    jobs_->forgive();
}

Task<Result<RetryReport>> Engine::retry_quarantined(RetryRequest request) {
    limiter_.allow_probe();
    return retries_->retry(std::move(request));
}

void Engine::forgive() {
    limiter_.allow_probe();
    for (const auto& stream : streams_)
        stream->forgive();
    jobs_->forgive();
}

bool Engine::overdue() const {
    return jobs_->overdue() || std::any_of(streams_.begin(), streams_.end(),
                                           [](const auto& stream) { return stream->overdue(); });
}

void Engine::stop() {
    jobs_->stop();
    retries_->stop();
    for (const auto& stream : streams_)
        stream->stop();
}

}  // namespace carecloud
