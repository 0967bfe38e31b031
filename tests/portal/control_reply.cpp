#include "portal/control_reply.hpp"

#include <utility>

namespace carecloud {

PortalReply control_wrong(int status, std::string message) {
    return json_reply(
        status, Json{{"error", std::move(message)}}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

PortalReply control_done(const Json& json) {
    return json_reply(200, json.dump());
}

PortalReply control_fault(PortalFaults& faults, const PortalCall& call) {
    const Json json = Json::parse(call.body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) {
        return control_wrong(400, R"(write {"name":"429","probability":0.5} or {"name":"cut","times":2})");
    }
    const auto& name = json["name"].get_ref<const std::string&>();
    Result<> result;
    if (json.contains("times")) {
        if (!json["times"].is_number_unsigned())
            return control_wrong(400, "times must be an unsigned integer");
        result = faults.set_times(name, json["times"].get<std::size_t>());
    } else {
        const Json probability = json.value("probability", Json(1));
        if (!probability.is_number()) return control_wrong(400, "probability must be a number");
        result = faults.set(name, probability.get<double>());
    }
    if (!result) return control_wrong(400, result.error().message());
    return control_done(Json(faults.probabilities()));
}

}  // namespace carecloud
