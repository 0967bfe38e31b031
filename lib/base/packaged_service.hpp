// The packaged units: carecloud-syncd.service, and carecloud-syncd@NAME.service for each of several agencies on one
// machine. All names and paths of a unit, as systemd/ and packaging/units.cmake define them.
//
//     PackagedService("north").unit()  →  "carecloud-syncd@north"
//     PackagedService::of_configuration("/etc/carecloud-syncd/north/config.yaml").instance()  →  "north"
//
// Values; thread-safe but for choose_own().
#pragma once

#include <string>
#include <string_view>

namespace carecloud {

// Letters, digits, "-" and "_", at most 15: systemd limits the name of the unit's user, carecloud-syncd-NAME, to 31.
bool is_instance_name(std::string_view name);
inline constexpr std::string_view kInstanceNameRule = "use letters, digits, - and _, at most 15";

class PackagedService {
  public:
    // carecloud-syncd.service.
    PackagedService() = default;
    // carecloud-syncd@NAME.service; an empty name is the service without a name.
    explicit PackagedService(std::string_view instance) : instance_(instance) {}

    // The service that reads this file (an absolute path); the one without a name for any other file.
    static PackagedService of_configuration(std::string_view file);
    // The service that this process is or works for; the one without a name unless main() chose another before there
    // were threads.
    static const PackagedService& own();
    static void choose_own(const PackagedService& service);

    const std::string& instance() const { return instance_; }
    std::string unit() const { return "carecloud-syncd" + at_name(); }
    // "sns" or "api".
    std::string socket_unit(std::string_view name) const;
    std::string configuration() const { return configuration_folder() + "/config.yaml"; }
    std::string key_file() const { return configuration_folder() + "/api-key"; }
    std::string state_folder() const { return "/var/lib/" + unit(); }
    std::string runtime_folder() const { return "/run/" + unit(); }
    std::string api_socket() const { return runtime_folder() + "/api.sock"; }
    // ListenStream= of the instance's socket unit for the API. It is not in the runtime folder, which systemd removes
    // when the service stops.
    std::string passed_api_socket() const { return "/run/carecloud-syncd-api" + at_name() + ".sock"; }
    // The program with the option that makes it read this service's configuration.
    std::string program() const;

    bool operator==(const PackagedService&) const = default;

  private:
    std::string at_name() const { return instance_.empty() ? "" : "@" + instance_; }
    std::string configuration_folder() const;

    std::string instance_{};
};

}  // namespace carecloud
