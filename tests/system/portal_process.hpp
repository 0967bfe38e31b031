// carecloud-portal as a separate process, and calls to its control port.
//
//     PortalProcess portal({"--records", "5000", "--batch", "400"});
//     portal.control("POST", "/touch", {{"count", 300}});
//     Listing held = portal.listing("claim_attendance");
//
// Used from one thread. Throws if a call is refused or the portal does not start.
#pragma once

#include "support/temp_dir.hpp"
#include "system/process.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

// One record as returned by the portal.
struct Shown {
    std::string modified;
    std::string sha256;  // of the record's bytes, in hex
};
using Listing = std::map<std::string, Shown>;  // by _id

// How the delivery of a message to one endpoint ended.
struct Delivery {
    std::string record_id;  // of its event
    std::string end;        // delivered refused given_up lost
    int status = 0;         // of the last attempt; 0: no response
    unsigned attempts = 0;
};
using Deliveries = std::multimap<std::string, Delivery>;  // by MessageId

// The probability of each fault if the portal has all of them and the daemon must still make progress.
inline constexpr double kFaultShare = 0.002;

class PortalProcess {
  public:
    explicit PortalProcess(std::vector<std::string> options = {});

    const std::string& base_url() const { return base_url_; }
    const std::string& ca_file() const { return ca_file_; }
    // Address of its SNS, "https://127.0.0.1:40443"; empty if it publishes nothing.
    const std::string& sns_url() const { return sns_url_; }

    nlohmann::json control(const std::string& method, const std::string& target,
                           const nlohmann::json& body = nlohmann::json::object());
    // The unmodified response to a GET.
    std::string text(const std::string& target) { return call("GET", target, {}); }
    Listing listing(const std::string& entity);
    // Completed deliveries.
    Deliveries deliveries();
    // Stores one document with these bytes, with `modified` = now.
    void put(const std::string& document);
    void fault(const std::string& name, double probability);
    void clear_faults() { control("DELETE", "/faults"); }
    // The number of responses with that fault.
    std::uint64_t suffered(const std::string& name);

    // Activates every fault of responses with that probability; except duplicate-id, after which the record is in
    // quarantine until its `modified` changes.
    void fault_all(double probability);

    // kill -9, and a restart at the same address with the current records and the original options.
    void kill();
    void start_again();

  private:
    void start(const std::string& listen);
    void keep_documents();
    std::string call(const std::string& method, const std::string& target, const std::string& body);

    TempDir dir_;
    std::vector<std::string> options_;
    std::optional<Process> process_;
    std::string base_url_;
    std::string ca_file_;
    std::string sns_url_;
    std::uint16_t port_ = 0;
    std::uint16_t control_port_ = 0;
};

}  // namespace carecloud
