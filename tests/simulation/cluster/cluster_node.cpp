#include "simulation/cluster/cluster_node.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

const std::string kClusterStream = "claim";
constexpr Duration kRequestPatience = 20s;

Error unreachable_store() {
    return {
        .code = ErrorCode::store_busy, .operation = "reach the store", .subject = "no response", .hint = ""};
}

void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

ClusterNode::ClusterNode(const ClusterShared& shared, std::string name, Timestamp now, Duration wall_shift,
                         std::uint64_t seed)
    : shared_(shared),
      name_(std::move(name)),
      start_(now),
      random_(seed),
      clock_(io_, now, wall_shift),
      portal_(clock_, shared.model),
      watched_(
          portal_, shared.requests, [this] { return world_time(); }, shared.broken),
      store_(shared.store, clock_),
      inbox_(shared.inbox, clock_, shared.store),
      peers_(shared.peers, shared.inbox, shared.server),
      leases_(shared.store, shared.server, clock_),
      election_(clock_, leases_, store_, *this, *this, {.holder = name_, .seed = random_()}),
      leased_(watched_, election_),
      work_(clock_, peers_, *this),
      relay_(clock_, peers_) {
    set_hooks();
    boost::asio::co_spawn(io_, election_.run(), [this](const std::exception_ptr& thrown) {
        rethrow(thrown);
        ended_ = true;
    });
    boost::asio::co_spawn(io_, work_.run(), rethrow);
}

void ClusterNode::set_hooks() {
    inbox_.share_fence(store_);
    peers_.share_fence(store_);
    store_.set_page_times({.clock = &clock_, .server = &shared_.server, .next = shared_.page_time});
    watched_.lanes(LaneLimit::kDefault);
    clock_.on_advance([this](Timestamp) { shared_.model.set_now(world_time()); });
    const StoreFaultHook unreachable = [this](std::string_view) {
        // The response of a call in progress may be lost, too, after it took effect.
        return cut_off_ ? std::optional(StoreFault{unreachable_store(), random_() % 4 == 0}) : std::nullopt;
    };
    store_.set_fault_hook(unreachable);
    inbox_.set_fault_hook(unreachable);
    peers_.set_fault_hook(unreachable);
    leases_.set_fault_hook(unreachable);
}

ClusterNode::~ClusterNode() {
    io_.kill();
}

Timestamp ClusterNode::next() const {
    const MonoTime wake = clock_.next_wake();
    // A tick is a hundred nanoseconds: rounds up, so the sleeper is awake by then.
    return wake == Clock::never ? Timestamp{INT64_MAX} : start_ + (wake.since_origin + 99ns);
}

void ClusterNode::run_until(Timestamp limit) {
    while (clock_.step(MonoTime{limit - start_})) {
    }
}

EngineSettings ClusterNode::engine_settings() {
    EngineStream stream{
        .pass = {.spec = {.entity = kClusterStream, .workspace_id = "w", .bucket_id = "b"}, .page_size = 20},
        .poll_every = 20s};
    EngineSettings settings{.streams = {}, .rate = shared_.requests.rate, .seed = random_()};
    settings.streams.push_back(std::move(stream));
    return settings;
}

Task<Result<>> ClusterNode::lead() {
    Observer& observer = *this;
    engine_ = std::make_unique<Engine>(clock_, leased_, store_, inbox_, engine_settings(), observer);
    leading_ = true;
    auto running = engine_->run();
    co_await std::move(running);
    leading_ = false;
    const bool lost = engine_->is_lost();
    engine_.reset();
    if (lost) co_return store_lost_error("run the engine");
    co_return Result<>{};
}

void ClusterNode::stop_leading() {
    leading_ = false;
    if (engine_) engine_->stop();
}

void ClusterNode::leads(const Lease& lease) {
    shared_.say(name_ + " leads, token " + std::to_string(lease.fence.token));
    work_.set_leading(true);
}

void ClusterNode::stands_by(const std::optional<Error>& why) {
    shared_.say(name_ + " stands by" + (why ? ": " + why->message() : ""));
    work_.set_leading(false);
    losses_ += why.has_value();
}

void ClusterNode::election_failed(const Error& error) {
    shared_.say(name_ + ": " + error.message());
}

void ClusterNode::event_arrived(std::string_view stream) {
    if (engine_) engine_->nudge(stream);
}

Task<std::string> ClusterNode::carry_out(std::string /*request*/) {
    const bool done = engine_ && engine_->ask(kClusterStream);
    co_return done ? "done" : "not running";
}

void ClusterNode::pass_ended(const PassReport& report) {
    if (report.error && report.error->code != ErrorCode::canceled)
        shared_.say(name_ + ": " + report.error->message());
}

void ClusterNode::failed(const Error& error) {
    shared_.say(name_ + ": " + error.message());
}

void ClusterNode::receive(Event event, std::function<void(bool)> answered) {
    boost::asio::co_spawn(
        io_, inbox_.receive(std::move(event)),
        [this, answered = std::move(answered)](const std::exception_ptr& thrown, Result<bool> received) {
            rethrow(thrown);
            if (received && engine_) engine_->nudge(kClusterStream);
            answered(received.has_value());
        });
}

void ClusterNode::request(std::function<void(bool)> answered) {
    if (leading_) return answered(engine_->ask(kClusterStream));
    boost::asio::co_spawn(io_, request_relayed(std::move(answered)), rethrow);
}

Task<> ClusterNode::request_relayed(std::function<void(bool)> answered) {
    auto asking = relay_.ask("sync", kRequestPatience);
    const Result<std::optional<std::string>> answer = co_await std::move(asking);
    answered(answer && *answer && **answer == "done");
}

}  // namespace carecloud
