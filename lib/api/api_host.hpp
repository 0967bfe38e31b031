// The daemon, as the API uses it. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "model/stream.hpp"
#include "store/store_handle.hpp"
#include "sync/engine.hpp"
#include "telemetry/service_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class ApiHost {
  public:
    ApiHost() = default;
    ApiHost(const ApiHost&) = delete;
    ApiHost& operator=(const ApiHost&) = delete;
    virtual ~ApiHost() = default;

    virtual std::string version() const = 0;
    // Why the service is not ok, worst first.
    virtual std::vector<Reason> reasons() const = 0;
    // Why the SNS endpoint cannot accept events; empty if it can.
    virtual std::vector<std::string> sns_reasons() const = 0;
    // std::nullopt if the stream is not running.
    virtual std::optional<StreamSnapshot> snapshot(std::string_view entity) const = 0;
    // One per configured topic; without an ARN and a time if no message has arrived for it.
    virtual std::vector<Subscription> subscriptions() const = 0;
    // The entities of the streams that are currently configured.
    virtual std::vector<std::string> entities() const = 0;
    virtual std::optional<std::uint64_t> monthly_quota() const = 0;
    // The portal's clock compared to this machine's; std::nullopt if nothing is running or no response has arrived yet.
    virtual std::optional<ClockReport> clock() const { return std::nullopt; }
    // The month's requests to the portal up to now. std::nullopt if nothing is running that counts them; the store then
    // has the last count.
    virtual std::optional<RequestCount> requests(std::string_view month) const = 0;
    virtual MachineUse machine() const { return {}; }
    // When the SNS endpoint's certificate expires; std::nullopt if it has none.
    virtual std::optional<Timestamp> certificate_end() const { return std::nullopt; }
    // Of a store with several daemons: whether this one does not run the engine. What needs the engine is forwarded.
    virtual bool stands_by() const { return false; }
    // Has the daemon that runs the engine carry out a request. None: it was not answered for that long. Errors: the
    // store's.
    virtual Task<Result<std::optional<std::string>>> ask_leader(std::string request, Duration patience) = 0;
    // Those on this store; empty: it is one that one daemon alone can open. Errors: the store's.
    virtual Task<Result<std::vector<DaemonRow>>> daemons() = 0;
    // An operator requests a pass, at once. False: no such stream runs now.
    virtual bool nudge(std::string_view entity) = 0;
    // Stores a bounded pass, to be run as soon as possible, and returns its id. Errors: the store's.
    virtual Task<Result<std::uint64_t>> request_pass(Job pass) = 0;
    // Cancels the pass if it is open. False if nothing is running.
    virtual bool cancel_pass(std::uint64_t id) = 0;
    // Erases a record's content. Errors: the store's.
    virtual Task<Result<ErasureReport>> erase(ErasureRequest request) = 0;
    // Fetches the record from the portal again, stores the response, and reports the result. Errors: the portal's and
    // the store's; timed_out if the portal has not responded for some time (the requests continue); canceled if nothing
    // is running.
    virtual Task<Result<RetryReport>> retry_quarantined(RetryRequest request) = 0;
};

}  // namespace carecloud
