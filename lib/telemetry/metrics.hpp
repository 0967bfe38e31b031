// The daemon's counts and measurements, for Prometheus (manual: api, "Metrics"). Each number has one owner, who reports
// it when it changes; states, in contrast to counts, are read when the metrics are requested.
//
//     metrics.request_ended("ok", 12ms);
//     metrics.committed("claim_attendance", summary, 3ms);
//     std::string page = metrics.text({.state = ServiceState::ok, .entities = {"claim_attendance"}, …});
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "model/batch.hpp"
#include "store/reader.hpp"
#include "sync/engine.hpp"
#include "sync/walk/observer.hpp"
#include "telemetry/service_state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The states at the time of a request for the metrics.
struct MetricsSnapshot {
    std::string version{};
    ServiceState state = ServiceState::ok;
    std::vector<std::string> entities{};  // configured ones
    Timestamp wall{};
    MonoTime now{};
    std::optional<StoreCounts> counts{};             // empty if the store is unreadable now
    std::map<std::string, std::uint64_t> records{};  // records held, by stream, when last counted
    std::set<std::string> awaiting_confirmation{};   // streams whose reconciliation awaits confirmation
    std::map<std::string, Timestamp> reconciled{};   // end of each stream's last successful reconciliation
    std::map<std::string, StreamSnapshot> doing{};   // of the running streams
    MachineUse machine{};
    std::optional<Timestamp> certificate_end{};
    std::optional<std::uint64_t> monthly_quota{};
    std::uint64_t unauthorized = 0;
    std::uint64_t followers = 0;
    std::optional<ClockReport> clock{};  // empty if there was no response yet
};

class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // The streams that run from now on. All their counters exist from the start, with the value 0.
    void streams_begin(const std::vector<std::string>& entities, MonoTime now);

    // None of them runs here any more: another daemon on the store runs the engine.
    void streams_end();

    // Of a store with several daemons. Before the first call none of this is reported.
    void leads(bool leads);
    // From a daemon that had stopped renewing its lease; nobody led for this long.
    void took_over(Duration unled);
    // This daemon ran the engine, and another one has taken over or may do so.
    void lost_lead();

    // The configuration was read, at the start or by a reload. `in_use`: whether it was valid and is used.
    void configured(bool in_use, Timestamp at);

    // From the engine's observer.
    void pass_ended(const PassReport& report, MonoTime now);
    void push_silent(std::string_view stream, bool silent);
    void holes_found(std::string_view stream, std::size_t count);

    // From the portal's client: `code` is "ok", or the name of an error code.
    void request_ended(std::string_view code, Duration took);
    void page_came();

    // From the store.
    void committed(std::string_view stream, const CommitSummary& summary, Duration took);
    void store_failed(ErrorCode code);

    // From the SNS endpoint. The counters of all reasons for a refusal exist from the start, with the value 0.
    void refusals_begin(const std::vector<std::string>& reasons);
    void event_received(std::string_view type, std::string_view outcome);
    void event_refused(std::string_view reason);
    void event_settled(Duration took);

    // When the stream was last up to date with the portal, or when it began. std::nullopt if no such stream began.
    std::optional<MonoTime> current_at(std::string_view stream) const;

    // All metrics in Prometheus' text format, version 0.0.4.
    std::string text(const MetricsSnapshot& snapshot) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
