// What the API asks of the daemon that it speaks for. I/O thread alone.
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
    // Why the service is not ok, the worst first.
    virtual std::vector<Reason> reasons() const = 0;
    // Why the SNS endpoint cannot take events; empty: it can.
    virtual std::vector<std::string> sns_reasons() const = 0;
    // None: it does not run now.
    virtual std::optional<StreamSnapshot> snapshot(std::string_view entity) const = 0;
    // One for each topic that is configured; without an ARN and a time where nothing was ever heard of it.
    virtual std::vector<Subscription> subscriptions() const = 0;
    // The entities of the streams that are configured now.
    virtual std::vector<std::string> entities() const = 0;
    virtual std::optional<std::uint64_t> monthly_quota() const = 0;
    // The portal's clock beside this machine's; none: nothing runs now, or no answer has come yet.
    virtual std::optional<ClockReport> clock() const { return std::nullopt; }
    // The month's requests to the portal until this moment. None: nothing runs that counts them; the store has the last
    // count.
    virtual std::optional<RequestCount> requests(std::string_view month) const = 0;
    virtual MachineUse machine() const { return {}; }
    // When the SNS endpoint's certificate ends; none: it has none.
    virtual std::optional<Timestamp> certificate_end() const { return std::nullopt; }
    // An operator requests a pass, at once. False: no such stream runs now.
    virtual bool nudge(std::string_view entity) = 0;
    // Writes a bounded pass down, to be run as soon as it may; its id. Errors: the store's.
    virtual Task<Result<std::uint64_t>> request_pass(Job pass) = 0;
    // That pass is to end, if it is open. False: nothing runs now.
    virtual bool cancel_pass(std::uint64_t id) = 0;
    // Erases the content of a record. Errors: the store's.
    virtual Task<Result<ErasureReport>> erase(ErasureRequest request) = 0;
    // Fetches that record from the portal again, stores what comes, and reports what that was. Errors: the portal's and
    // the store's; timed_out where the portal has not answered for some time and is asked on; canceled where nothing
    // runs now.
    virtual Task<Result<RetryReport>> retry_quarantined(RetryRequest request) = 0;
};

}  // namespace carecloud
