#include "base/timestamp.hpp"
#include "bench/daemon_process.hpp"
#include "bench/machine.hpp"
#include "bench/sns_bench.hpp"
#include "bench/sns_servers.hpp"
#include "bench/table.hpp"
#include "portal/records.hpp"
#include "support/free_port.hpp"
#include "system/portal_process.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;
using Rows = std::vector<std::vector<std::string>>;

constexpr Looks kOften{.every = 500us};
constexpr auto kQuietFor = 300ms;

double wall_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

double ms_of(const std::string& text) {
    const auto at = Timestamp::parse(text);
    if (!at) throw std::runtime_error("no time: " + text);
    return static_cast<double>(at->ticks) / static_cast<double>(Timestamp::ticks_per_millisecond);
}

double part(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

// A portal that publishes, and a subscribed daemon that has all of its records. The daemon can be restarted.
class Pair {
  public:
    Pair(const SnsOptions& options, const std::string& folder);

    PortalProcess& portal() { return *portal_; }
    StoreLook& store() { return *store_; }
    // Stops a running daemon first. Whatever it had only in memory, such as certificates, is lost.
    void start_daemon();

    json sns_counts() { return portal_->control("GET", "/sns").at("counts"); }
    // The number of requests to the portal so far, once none has arrived for a while.
    std::uint64_t requests();
    std::uint64_t events() {
        return static_cast<std::uint64_t>(store().number("SELECT count(*) FROM events"));
    }

  private:
    std::string syncd_;
    std::string folder_;
    std::string configuration_;
    std::optional<PortalProcess> portal_;
    std::optional<DaemonProcess> daemon_;
    std::optional<StoreLook> store_;
};

Pair::Pair(const SnsOptions& options, const std::string& folder) : syncd_(options.syncd), folder_(folder) {
    const auto tls = make_certificates(folder + "/tls", {"127.0.0.1", "localhost"});
    if (!tls) throw std::runtime_error(tls.error().message());
    const std::string ca_file = folder + "/sns-ca.pem";
    portal_.emplace(std::vector<std::string>{"--records", "1000", "--sns-port", "0", "--sns-ca-out", ca_file,
                                             "--sns-endpoint-ca", tls->ca_file});
    const std::uint16_t port = free_port();
    configuration_ =
        write_sns_configuration({.base_url = portal_->base_url(),
                                 .sns_url = portal_->control("GET", "/sns").at("url").get<std::string>(),
                                 .sns_ca_file = ca_file,
                                 .tls = *tls,
                                 .port = port},
                                folder);
    start_daemon();
    store_.emplace(folder + "/store.db");
    portal_->control("POST", "/sns/subscribe", {{"endpoint", endpoint_url(port)}});
    wait_until("a confirmed subscription", {}, [&] {
        return portal_->control("GET", "/sns").at("subscriptions").at(0).at("state") == "confirmed";
    });
}

void Pair::start_daemon() {
    daemon_.reset();
    daemon_.emplace(std::vector<std::string>{syncd_, "--config", configuration_}, folder_ + "/syncd.log");
    daemon_->wait_for("pass finished");
}

std::uint64_t Pair::requests() {
    std::uint64_t count = 0;
    auto changed = std::chrono::steady_clock::now();
    wait_until("an idle portal", {}, [&] {
        const auto now = portal_->control("GET", "/counts").at("total").get<std::uint64_t>();
        if (std::exchange(count, now) != now) changed = std::chrono::steady_clock::now();
        return std::chrono::steady_clock::now() - changed > kQuietFor;
    });
    return count;
}

void measure_one_by_one(Pair& pair, std::size_t count) {
    std::vector<double> received;
    std::vector<double> committed;
    std::vector<double> settled;
    std::vector<double> from_received;
    std::vector<double> seen;
    const std::uint64_t requests = pair.requests();
    for (std::size_t i = 0; i < count; ++i) {
        const double published = wall_ms();
        const json submitted =
            pair.portal().control("POST", "/sns/submit", {{"entity", RecordOptions{}.entity}, {"count", 1}});
        const std::string event =
            "events WHERE message_id = '" + submitted.at("message_ids").at(0).get<std::string>() + "'";
        wait_until("a settled event", kOften, [&] {
            return pair.store().number("SELECT count(*) FROM " + event + " AND state = 'settled'") == 1;
        });
        seen.push_back(wall_ms() - published);
        const double arrived = ms_of(pair.store().text("SELECT received_at FROM " + event));
        const double held =
            ms_of(pair.store().text("SELECT committed_at FROM changes WHERE id = (SELECT record_id FROM " +
                                    event + ") ORDER BY seq DESC LIMIT 1"));
        received.push_back(arrived - published);
        committed.push_back(held - published);
        from_received.push_back(held - arrived);
        settled.push_back(ms_of(pair.store().text("SELECT settled_at FROM " + event)) - published);
    }
    const double asked = static_cast<double>(pair.requests() - requests) / static_cast<double>(count);
    Rows rows{{"ms", "p50", "p99", "at most"}};
    const auto add = [&](const char* name, const std::vector<double>& values) {
        rows.push_back(
            {name, digits(part(values, 0.5)), digits(part(values, 0.99)), digits(part(values, 1))});
    };
    add("submitted to event received", received);
    add("submitted to record committed", committed);
    add("event received to record committed", from_received);
    add("submitted to event settled", settled);
    add("submitted to seen settled by another connection", seen);
    print_table("from an event to its record, " + std::to_string(count) +
                    " submissions one at a time (the store stamps whole milliseconds, before it commits); "
                    "portal requests each: " +
                    digits(asked),
                rows);
}

// All events at the same time, to a daemon that has no certificate yet.
void add_burst(Rows& rows, Pair& pair, std::size_t count) {
    pair.start_daemon();
    const std::uint64_t requests = pair.requests();
    const json before = pair.sns_counts();
    const std::uint64_t events = pair.events();
    const double published = wall_ms();
    pair.portal().control("POST", "/generate", {{"entity", RecordOptions{}.entity}, {"count", count}});
    pair.store().wait_settled(events + count);
    const double last = ms_of(pair.store().text("SELECT max(settled_at) FROM events"));
    const std::uint64_t asked = pair.requests() - requests;
    const json after = pair.sns_counts();
    const auto more = [&](const char* name) {
        return after.at(name).get<std::uint64_t>() - before.at(name).get<std::uint64_t>();
    };
    rows.push_back({std::to_string(count) + " new records", std::to_string(asked),
                    std::to_string(more("certificate_fetches")), std::to_string(more("retried")),
                    digits(last - published)});
}

}  // namespace

void measure_event_to_record(const SnsOptions& options, const std::string& folder) {
    const std::string home = folder + "/record";
    fs::create_directory(home);
    Pair pair(options, home);
    measure_one_by_one(pair, options.events);
    Rows rows{{"burst", "portal requests", "certificate fetches", "deliveries retried", "ms until settled"}};
    for (std::size_t i = 0; i < options.bursts; ++i)
        add_burst(rows, pair, options.events);
    rows.push_back({"target", "at most 5", "1", "0", ""});
    print_table("bursts of events for new records, over 64 connections, to a daemon just started", rows);
}

}  // namespace carecloud::bench
