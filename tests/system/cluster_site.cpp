#include "system/cluster_site.hpp"

#include "system/programs.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <utility>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kAskEvery = 10ms;
constexpr const char* kRole = "carecloud";

SiteOptions with_api(SiteOptions options) {
    if (options.api.empty()) options.api = "127.0.0.1:0";
    return options;
}

std::string fresh_database(PostgresCluster& server) {
    const std::string name = server.fresh_database().database;
    server.script(std::string("CREATE ROLE ") + kRole + " LOGIN; ALTER DATABASE " + name + " OWNER TO " +
                  kRole);
    return name;
}

}  // namespace

Milliseconds take_over_limit() {
    return programs_are_sanitized() ? 40s : 10s;
}

ClusterSite::ClusterSite(SiteOptions options, const PostgresCluster::Options& server_options)
    : server(server_options),
      site(with_api(std::move(options))),
      store({}),
      database_(fresh_database(server)) {
    add_server(server);
}

void ClusterSite::add_server(const PostgresCluster& other, bool first) {
    PostgresSettings reading = other.settings(database_);
    hosts_.insert(first ? hosts_.begin() : hosts_.end(), reading.hosts.front());
    reading.hosts = hosts_;
    store = PostgresReader(reading);
    std::string names;
    std::string ports;
    for (const PostgresHost& host : hosts_) {
        names += (names.empty() ? "" : ",") + host.name;
        ports += (ports.empty() ? "" : ",") + std::to_string(host.port);
    }
    site.agency.config.store_url =
        std::string("postgresql://") + kRole + "@/" + database_ + "?host=" + names + "&port=" + ports;
}

Process& ClusterSite::start(std::size_t i, const std::function<int()>& prepare) {
    if (i >= daemons_.size()) daemons_.resize(i + 1);
    Slot& slot = daemons_[i];
    const bool is_first = slot.port == 0;
    if (!is_first) slot.listen = "127.0.0.1:" + std::to_string(slot.port);
    site.sns->listen = slot.listen;
    slot.process.emplace(site.start(prepare));
    slot.port = site.port();
    if (is_first) site.subscribe(*slot.process);
    return *slot.process;
}

void ClusterSite::reload(std::size_t i) {
    site.sns->listen = daemons_.at(i).listen;
    site.reload(daemon(i));
}

void ClusterSite::kill(std::size_t i) {
    Process& process = daemon(i);
    process.send(SIGKILL);
    const Ended end = process.wait(kWithin);
    REQUIRE(end.signal == SIGKILL);
    site.agency.said(process, end.code);
    daemons_[i].process.reset();
}

void ClusterSite::stop(std::size_t i) {
    CHECK(site.agency.stop(daemon(i)).code == 0);
    daemons_[i].process.reset();
}

std::optional<std::size_t> ClusterSite::last_holder() {
    const std::uint64_t pid = store.number("SELECT split_part(holder, ':', 2) FROM leases");
    for (std::size_t i = 0; i < daemons_.size(); ++i) {
        if (runs(i) && static_cast<std::uint64_t>(daemon(i).pid()) == pid) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> ClusterSite::holder() {
    if (store.number("SELECT count(*) FROM lease_expiry WHERE expires_at > clock_timestamp()") == 0)
        return std::nullopt;
    return last_holder();
}

bool ClusterSite::wait_until(const std::function<bool()>& condition, Milliseconds limit) const {
    const auto end = steady_clock::now() + limit;
    while (!condition()) {
        if (steady_clock::now() > end) return false;
        ::poll(nullptr, 0, kAskEvery.count());
    }
    return true;
}

Milliseconds ClusterSite::taken_over(std::uint64_t token_before, steady_clock::time_point since) {
    if (!wait_until([&] { return token() > token_before && holder(); }))
        throw std::runtime_error("no daemon has taken over");
    return std::chrono::duration_cast<Milliseconds>(steady_clock::now() - since);
}

void ClusterSite::give_work(int generated, int touched, int messages) {
    if (touched > 0) site.portal.control("POST", "/touch", {{"count", touched}, {"silent", true}});
    if (generated > 0) {
        site.portal.control("POST", "/generate", {{"count", generated}, {"batch", 70}, {"silent", true}});
    }
    if (messages == 0) return;
    const std::vector<std::string> ids = site.submit({{"count", messages}});
    sent_.insert(sent_.end(), ids.begin(), ids.end());
}

std::string ClusterSite::broken_now() {
    std::string broken = broken_log(store.read());
    if (!broken.empty()) return broken;
    // The order matters: events of all messages that are acknowledged by now must be in the second result.
    const Deliveries ended = site.portal.deliveries();
    const ReadEvents held = store.events();
    for (const std::string& id : sent_) {
        const auto [first, last] = ended.equal_range(id);
        const bool taken = std::any_of(first, last, [](const auto& end) { return end.second.status == 200; });
        if (taken && !held.contains(id))
            return "the message " + id + " was acknowledged, but is not stored as an event";
    }
    return {};
}

std::string ClusterSite::broken_at_last() {
    if (!wait_until([&] { return site.counts().at("pending") == 0; })) return "messages are pending";
    const Portals portals = site.agency.portals(site.portal);
    std::string broken;
    std::string seen;
    const auto is_whole = [&] {
        const std::string now = store.text(
            "SELECT (SELECT seq FROM change_head) || '/' || count(*) FROM events WHERE state <> 'open'");
        if (std::exchange(seen, now) == now) return false;
        broken = broken_promise(store.read(), portals);
        for (const auto& [id, event] : store.events()) {
            if (broken.empty() && event.state != "settled") broken = id + " is " + event.state;
        }
        return broken.empty();
    };
    if (!wait_until(is_whole)) return broken.empty() ? "the store did not come to rest" : broken;
    return broken_now();
}

}  // namespace carecloud
