// What the daemon answers its API about itself. I/O thread alone.
#pragma once

#include "api/api_host.hpp"
#include "event_endpoint.hpp"
#include "open_store.hpp"
#include "process.hpp"
#include "runtime/configuration.hpp"
#include "runtime/machine_use.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class DaemonHost : public ApiHost {
  public:
    // All of these outlive it; a reload changes `configuration` and `engine`.
    DaemonHost(const Process& process, Storage& storage, const Configuration& configuration,
               const EngineSlot& engine, const EventEndpoint& endpoint)
        : process_(process),
          storage_(storage),
          configuration_(configuration),
          engine_(engine),
          endpoint_(endpoint) {}

    std::string version() const override { return CARECLOUD_VERSION; }
    std::vector<Reason> reasons() const override { return process_.health.reasons(); }
    std::vector<std::string> sns_reasons() const override;
    std::optional<StreamSnapshot> snapshot(std::string_view entity) const override;
    std::vector<Subscription> subscriptions() const override;
    std::vector<std::string> entities() const override;
    std::optional<std::uint64_t> monthly_quota() const override {
        return configuration_.portal.rate.monthly_quota;
    }
    std::optional<ClockReport> clock() const override { return engine_ ? engine_->clock() : std::nullopt; }
    MachineUse machine() const override { return machine_use(store_path(configuration_)); }
    std::optional<Timestamp> certificate_end() const override { return endpoint_.certificate_end(); }
    std::optional<RequestCount> requests(std::string_view month) const override;
    bool nudge(std::string_view entity) override { return engine_ && engine_->ask(entity); }
    // Between two engines the request is in the store, where the next one finds it.
    Task<Result<std::uint64_t>> request_pass(Job pass) override;
    bool cancel_pass(std::uint64_t id) override;
    Task<Result<ErasureReport>> erase(ErasureRequest request) override;
    Task<Result<RetryReport>> retry_quarantined(RetryRequest request) override;

  private:
    const Process& process_;
    Storage& storage_;
    const Configuration& configuration_;
    const EngineSlot& engine_;
    const EventEndpoint& endpoint_;
};

}  // namespace carecloud
