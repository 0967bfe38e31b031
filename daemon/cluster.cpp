#include "cluster.hpp"

#include "base/quantity_text.hpp"
#include "sync/walk/all_of.hpp"

#include <array>
#include <exception>
#include <random>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
    return name.data();
}

std::uint64_t random_number() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

// Unique among all daemons, including earlier ones with the same process ID.
std::string new_id() {
    return host_name() + ":" + std::to_string(::getpid()) + ":" + std::to_string(random_number());
}

Daemon this_daemon(std::string id) {
    return {.id = std::move(id),
            .host = host_name(),
            .pid = static_cast<std::uint64_t>(::getpid()),
            .version = CARECLOUD_VERSION};
}

std::string host_of(const std::string& id) {
    return id.substr(0, id.find(':'));
}

}  // namespace

Cluster::Cluster(Process& process, StoreHandle& store, EngineSlot& engine, Leader& leader, CarryOut carry_out,
                 std::function<void()> on_standby)
    : process_(process),
      engine_(engine),
      carry_out_(std::move(carry_out)),
      on_standby_(std::move(on_standby)),
      id_(new_id()),
      election_(process.clock, store.leases(), store.store(), leader, *this,
                {.holder = id_, .seed = random_number()}) {
    Peers* const peers = store.peers();
    if (peers == nullptr) return;
    PeerHandler& handler = *this;
    shared_.emplace(process.clock, *peers, this_daemon(id_), handler);
    store.set_peer_listener([this] {
        shared_->work.hint();
        shared_->relay.hint();
    });
}

// Keeps the daemon listed until the election has ended, including the release of the lease.
Task<> Cluster::elect() {
    std::exception_ptr fault;
    try {
        auto running = election_.run();
        co_await std::move(running);
    } catch (const std::exception&) {
        fault = std::current_exception();
    }
    if (shared_) {
        shared_->work.stop();
        shared_->heartbeat.stop();
    }
    if (fault) std::rethrow_exception(fault);
}

Task<> Cluster::run() {
    std::vector<Task<>> tasks;
    tasks.push_back(elect());
    if (shared_) {
        tasks.push_back(shared_->heartbeat.run());
        tasks.push_back(shared_->work.run());
    }
    auto running = all_of(process_.clock.executor(), std::move(tasks));
    co_await std::move(running);
}

void Cluster::stop() {
    election_.stop();
}

void Cluster::leads(const Lease& lease) {
    if (!shared_) return;
    shared_->heartbeat.set_role(DaemonRole::active);
    shared_->work.set_leading(true);
    process_.histories.metrics.leads(true);
    process_.health.set_role({});
    LogFields fields{{"LEASE_TOKEN", lease.fence.token}};
    if (!lease.unrenewed || lease.former == id_) {
        process_.log.write(LogLevel::info, "active: this daemon runs the engine", fields);
        return;
    }
    process_.histories.metrics.took_over(*lease.unrenewed);
    fields.emplace_back("FORMER", lease.former);
    fields.emplace_back("UNLED_MS",
                        std::chrono::duration_cast<std::chrono::milliseconds>(*lease.unrenewed).count());
    process_.log.write(LogLevel::warn,
                       "active: took over the engine from " + host_of(lease.former) +
                           ", which had not renewed its lease for " + span_text(*lease.unrenewed),
                       fields);
}

void Cluster::stands_by(const std::optional<Error>& why) {
    if (!shared_) return;
    shared_->heartbeat.set_role(DaemonRole::standby);
    shared_->work.set_leading(false);
    process_.histories.metrics.leads(false);
    process_.histories.metrics.streams_end();
    process_.health.forget_configured();
    process_.health.set_role("standby: another daemon runs the engine");
    if (why) {
        process_.histories.metrics.lost_lead();
        process_.log.write(LogLevel::warn, *why, {{"EFFECT", "this daemon stands by"}});
    } else {
        process_.log.write(LogLevel::info, "standby: another daemon runs the engine");
    }
    on_standby_();
}

void Cluster::election_failed(const Error& error) {
    process_.log.write(LogLevel::warn, error, {{"EFFECT", "this daemon cannot run the engine"}});
}

Task<Result<std::optional<std::string>>> Cluster::ask_leader(std::string request, Duration patience) {
    if (!shared_) co_return std::optional<std::string>();
    auto asking = shared_->relay.ask(std::move(request), patience);
    co_return co_await std::move(asking);
}

Task<Result<std::vector<DaemonRow>>> Cluster::daemons() {
    if (!shared_) co_return std::vector<DaemonRow>();
    auto listing = shared_->peers.daemons();
    co_return co_await std::move(listing);
}

}  // namespace carecloud
