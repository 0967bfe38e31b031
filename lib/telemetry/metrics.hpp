// What the daemon counts and measures of itself, for Prometheus (manual: api, "Metrics"). Each number has one owner,
// who reports it as it happens; what is a state, not a count, is read when the metrics are requested.
//
//     metrics.request_ended("ok", 12ms);
//     metrics.committed("claim_attendance", summary, 3ms);
//     std::string page = metrics.text({.state = ServiceState::ok, .entities = {"claim_attendance"}, …});
//
// I/O thread alone.
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

// The states when the metrics are requested.
struct MetricsSnapshot {
    std::string version{};
    ServiceState state = ServiceState::ok;
    std::vector<std::string> entities{};  // that are configured
    Timestamp wall{};
    MonoTime now{};
    std::optional<StoreCounts> counts{};             // none: the store cannot be read now
    std::map<std::string, std::uint64_t> records{};  // held, by stream, as last counted
    std::set<std::string> awaiting_confirmation{};   // streams whose reconciliation asks an operator
    std::map<std::string, Timestamp> reconciled{};   // when the stream's last successful reconciliation ended
    std::map<std::string, StreamSnapshot> doing{};   // of the streams that run now
    MachineUse machine{};
    std::optional<Timestamp> certificate_end{};
    std::optional<std::uint64_t> monthly_quota{};
    std::uint64_t unauthorized = 0;
    std::uint64_t followers = 0;
    std::optional<ClockReport> clock{};  // none: no answer has come yet
};

class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // These streams run from now on; all their counts are there, from 0 on, before anything happens.
    void streams_begin(const std::vector<std::string>& entities, MonoTime now);

    // The configuration was read at the start, or by a reload: whether it is in use.
    void configured(bool in_use, Timestamp at);

    // Of the engine's observer.
    void pass_ended(const PassReport& report, MonoTime now);
    void push_silent(std::string_view stream, bool silent);
    void holes_found(std::string_view stream, std::size_t count);

    // Of the portal's client: `code` is "ok", or the name of an error's.
    void request_ended(std::string_view code, Duration took);
    void page_came();

    // Of the store.
    void committed(std::string_view stream, const CommitSummary& summary, Duration took);
    void store_failed(ErrorCode code);

    // Of the SNS endpoint. The reasons that a request may be refused for are counted from 0 on.
    void refusals_begin(const std::vector<std::string>& reasons);
    void event_received(std::string_view type, std::string_view outcome);
    void event_refused(std::string_view reason);
    void event_settled(Duration took);

    // When the stream was last seen to hold all that the portal has, or when it began. None: no such stream began.
    std::optional<MonoTime> current_at(std::string_view stream) const;

    // All of it in the text format of Prometheus, version 0.0.4.
    std::string text(const MetricsSnapshot& snapshot) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
