// carecloud-portal as a process of its own, and calls to its control port.
//
//     PortalProcess portal({"--records", "5000", "--batch", "400"});
//     portal.control("POST", "/touch", {{"count", 300}});
//     Listing held = portal.listing("claim_attendance");
//
// Used from one thread. A call that is refused, or a portal that does not come up, throws.
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

// What the portal shows of one record.
struct Shown {
    std::string modified;
    std::string sha256;  // of the record's bytes, in hex
};
using Listing = std::map<std::string, Shown>;  // by _id

// How a message's way to one endpoint ended.
struct Delivery {
    std::string record_id;  // of its event
    std::string end;        // delivered refused given_up lost
    int status = 0;         // of the last attempt; 0: no answer
    unsigned attempts = 0;
};
using Deliveries = std::multimap<std::string, Delivery>;  // by MessageId

// The probability of each fault where the portal has them all and the daemon shall still get on.
inline constexpr double kFaultShare = 0.002;

class PortalProcess {
  public:
    explicit PortalProcess(std::vector<std::string> options = {});

    const std::string& base_url() const { return base_url_; }
    const std::string& ca_file() const { return ca_file_; }
    // Where its SNS is, "https://127.0.0.1:40443"; empty: it publishes nothing.
    const std::string& sns_url() const { return sns_url_; }

    nlohmann::json control(const std::string& method, const std::string& target,
                           const nlohmann::json& body = nlohmann::json::object());
    // What a GET answers, as it is.
    std::string text(const std::string& target) { return call("GET", target, {}); }
    Listing listing(const std::string& entity);
    // Those that have ended.
    Deliveries deliveries();
    // One document of these bytes, with `modified` = now.
    void put(const std::string& document);
    void fault(const std::string& name, double probability);
    void clear_faults() { control("DELETE", "/faults"); }
    // How many answers have suffered that fault.
    std::uint64_t suffered(const std::string& name);

    // Each fault of the answers by its name, with that probability; but for duplicate-id, after which the record is in
    // quarantine until its `modified` moves.
    void fault_all(double probability);

    // kill -9; and up again at the same address with the records that it showed last, and the options it began with.
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
