// The names and paths of the packaged units, as defined by systemd/ and packaging/units.cmake: carecloud-syncd.service,
// and carecloud-syncd@NAME.service, an instance for each of several agencies on one machine.
//
//     PackagedService("north").unit()  →  "carecloud-syncd@north"
//     PackagedService::of_configuration("/etc/carecloud-syncd/north/config.yaml").instance()  →  "north"
//
// A value type. Thread-safe, except for choose_own().
#pragma once

#include <string>
#include <string_view>

namespace carecloud {

// Whether `name` consists of 1 to 15 letters, digits, "-" and "_". systemd limits the name of the unit's user,
// carecloud-syncd-NAME, to 31 characters.
bool is_instance_name(std::string_view name);
inline constexpr std::string_view kInstanceNameRule = "use letters, digits, - and _, at most 15";

class PackagedService {
  public:
    // carecloud-syncd.service.
    PackagedService() = default;
    // carecloud-syncd@NAME.service; carecloud-syncd.service if the name is empty.
    explicit PackagedService(std::string_view instance) : instance_(instance) {}

    // Returns the service whose configuration file this is (an absolute path); carecloud-syncd.service for any other
    // file.
    static PackagedService of_configuration(std::string_view file);
    // The service that this process is or works for: carecloud-syncd.service unless choose_own() was called, which must
    // happen before other threads start.
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
    // The command that runs the program with this service's configuration.
    std::string program() const;

    bool operator==(const PackagedService&) const = default;

  private:
    std::string at_name() const { return instance_.empty() ? "" : "@" + instance_; }
    std::string configuration_folder() const;

    std::string instance_{};
};

}  // namespace carecloud
