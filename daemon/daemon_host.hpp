// What the daemon tells its API of itself. I/O thread alone.
#pragma once

#include "api/api_host.hpp"
#include "engine_slot.hpp"
#include "event_endpoint.hpp"
#include "runtime/configuration.hpp"
#include "runtime/machine_use.hpp"
#include "sns/subscriptions.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "telemetry/health.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class DaemonHost : public ApiHost {
  public:
    // All of these outlive it, and are looked at anew for each question: a reload changes them. `engine` may be null;
    // `store` is open, and `subscriptions` and `endpoint` there, for as long as questions come.
    DaemonHost(const Health& health, const std::unique_ptr<Subscriptions>& subscriptions,
               const Configuration& configuration, const EngineSlot& engine,
               const std::unique_ptr<SqliteStore>& store, const std::unique_ptr<EventEndpoint>& endpoint)
        : health_(health),
          subscriptions_(subscriptions),
          configuration_(configuration),
          engine_(engine),
          store_(store),
          endpoint_(endpoint) {}

    std::string version() const override { return CARECLOUD_VERSION; }
    std::vector<Reason> reasons() const override { return health_.reasons(); }
    std::vector<std::string> sns_reasons() const override;
    std::optional<StreamSnapshot> snapshot(std::string_view entity) const override;
    std::vector<Subscription> subscriptions() const override;
    std::vector<std::string> entities() const override;
    std::optional<std::uint64_t> monthly_quota() const override {
        return configuration_.portal.rate.monthly_quota;
    }
    std::optional<ClockReport> clock() const override { return engine_ ? engine_->clock() : std::nullopt; }
    MachineUse machine() const override { return machine_use(configuration_.store.sqlite_path); }
    std::optional<Timestamp> certificate_end() const override { return endpoint_->certificate_end(); }
    std::optional<RequestCount> requests(std::string_view month) const override;
    bool nudge(std::string_view entity) override { return engine_ && engine_->ask(entity); }
    // Between two engines the wish is in the store, where the next one finds it.
    Task<Result<std::uint64_t>> request_pass(Job pass) override;
    bool cancel_pass(std::uint64_t id) override;
    Task<Result<RetryReport>> retry_quarantined(RetryRequest request) override;

  private:
    const Health& health_;
    const std::unique_ptr<Subscriptions>& subscriptions_;
    const Configuration& configuration_;
    const EngineSlot& engine_;
    const std::unique_ptr<SqliteStore>& store_;
    const std::unique_ptr<EventEndpoint>& endpoint_;
};

}  // namespace carecloud
