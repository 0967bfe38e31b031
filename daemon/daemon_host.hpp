// The daemon's state and actions, for its API. I/O thread only.
#pragma once

#include "api/api_host.hpp"
#include "runtime/machine_use.hpp"
#include "service_parts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class DaemonHost : public ApiHost {
  public:
    explicit DaemonHost(const ServiceParts& parts) : parts_(parts) {}

    std::string version() const override { return CARECLOUD_VERSION; }
    std::vector<Reason> reasons() const override { return parts_.process.health.reasons(); }
    std::vector<std::string> sns_reasons() const override;
    std::optional<StreamSnapshot> snapshot(std::string_view entity) const override;
    std::vector<Subscription> subscriptions() const override { return parts_.subscriptions(); }
    std::vector<std::string> entities() const override;
    std::optional<std::uint64_t> monthly_quota() const override {
        return configuration().portal.rate.monthly_quota;
    }
    std::optional<ClockReport> clock() const override { return engine() ? engine()->clock() : std::nullopt; }
    MachineUse machine() const override {
        return {.process = process_use(), .store = parts_.storage.handle.use()};
    }
    std::optional<Timestamp> certificate_end() const override { return parts_.endpoint.certificate_end(); }
    std::optional<RequestCount> requests(std::string_view month) const override;
    bool stands_by() const override { return parts_.cluster.stands_by(); }
    Task<Result<std::optional<std::string>>> ask_leader(std::string request, Duration patience) override {
        return parts_.cluster.ask_leader(std::move(request), patience);
    }
    Task<Result<std::vector<DaemonRow>>> daemons() override { return parts_.cluster.daemons(); }
    bool nudge(std::string_view entity) override { return engine() && engine()->ask(entity); }
    // Between two engines the request waits in the store for the next one.
    Task<Result<std::uint64_t>> request_pass(Job pass) override;
    bool cancel_pass(std::uint64_t id) override;
    Task<Result<ErasureReport>> erase(ErasureRequest request) override;
    Task<Result<RetryReport>> retry_quarantined(RetryRequest request) override;

  private:
    const Configuration& configuration() const { return parts_.configuration(); }
    const EngineSlot& engine() const { return parts_.engine; }

    ServiceParts parts_;
};

}  // namespace carecloud
