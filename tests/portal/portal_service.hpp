// The loopback portal without sockets: a call in, a reply out. Applies the gateway's checks, then a fault or the model.
//
// Used on the server's thread.
#pragma once

#include "base/timestamp.hpp"
#include "portal/portal_backup.hpp"
#include "portal/portal_counts.hpp"
#include "portal/portal_faults.hpp"
#include "portal/portal_gateway.hpp"
#include "portal/portal_gzip.hpp"
#include "portal/portal_model.hpp"
#include "portal/portal_reply.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace carecloud {

struct ServiceSettings {
    ModelSettings model{};
    GatewaySettings gateway{};
    std::uint64_t seed = 1;  // of faults and generated records
    std::string base_path = "/api";
    bool gzip = true;                               // compress if the client accepts it
    std::size_t cache_bytes = 0;                    // rendered responses kept until something changes
    std::function<void(const std::string&)> log{};  // one line per request; may be empty
};

class PortalService {
  public:
    explicit PortalService(ServiceSettings settings);

    // A call on the portal's port. `now`: the portal's wall clock; `now_s`: monotonic, in seconds.
    PortalReply handle(const PortalCall& call, Timestamp now, double now_s);

    PortalModel& model() { return model_; }
    PortalFaults& faults() { return faults_; }
    PortalGateway& gateway() { return gateway_; }
    PortalBackup& backup() { return backup_; }
    PortalCounts& counts() { return counts_; }
    const ServiceSettings& settings() const { return settings_; }
    void set_gzip(bool gzip) { settings_.gzip = gzip; }

  private:
    struct Route;

    PortalReply route(const Route& route, const PortalCall& call, double now_s);
    PortalReply data(const Route& route, const PortalCall& call);
    PortalModel::Answer answer(const Route& route, const PortalCall& call, std::string_view fault);
    PortalReply query(const Route& route, const PortalCall& call);
    PortalReply cached_query(const Route& route, const PortalCall& call);
    PortalReply sent_as(PortalModel::Answer answer, const PortalCall& call);
    bool zips(const PortalCall& call) const { return settings_.gzip && call.accepts_gzip; }

    ServiceSettings settings_;
    PortalModel model_;
    PortalFaults faults_;
    PortalGateway gateway_;
    PortalCounts counts_;
    PortalGzip gzip_;
    PortalBackup backup_;
    std::uint64_t signatures_ = 0;  // number of values made for fields that differ in each response
    // The `_id` of the record that the record faults affect; empty: not chosen yet.
    std::string spoiled_record_;
    struct Cached {
        PortalReply reply;
        std::size_t records;
    };
    std::unordered_map<std::string, Cached> cache_;
    std::size_t cached_bytes_ = 0;
    std::uint64_t cached_version_ = 0;
};

}  // namespace carecloud
