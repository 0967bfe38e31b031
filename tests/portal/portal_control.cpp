#include "portal/portal_control.hpp"

#include "portal/portal_edit.hpp"
#include "portal/portal_listing.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace carecloud {
namespace {

// /generate draws from another row of records than the first filling, so that ids never meet.
constexpr std::uint64_t kGenerateSeed = 0x67656e6572617465U;

PortalReply wrong(int status, std::string message) {
    return json_reply(
        status, Json{{"error", std::move(message)}}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

PortalReply done(const Json& json) {
    return json_reply(200, json.dump());
}

// The wall clock as the portal stamps it: milliseconds, written with seven digits.
Timestamp stamp(Timestamp now) {
    return {now.ticks - now.ticks % Timestamp::ticks_per_millisecond};
}

PortalReply put(PortalModel& model, const std::string& entity, const PortalCall& call, Timestamp now) {
    const PortalTarget target = parse_target(call.target);
    if (!Json::accept(call.body)) return wrong(400, "the body is not JSON");
    const auto first = call.body.find_first_not_of(" \t\r\n");
    const bool many = call.body[first] == '[';
    const auto documents = many ? array_elements(call.body) : std::vector<std::string_view>{call.body};
    std::optional<Timestamp> visible_from;
    if (const std::string late = target.value("visible_after"); !late.empty()) {
        double seconds = 0;
        const auto [end, error] = std::from_chars(late.data(), late.data() + late.size(), seconds);
        const bool good =
            error == std::errc{} && end == late.data() + late.size() && seconds >= 0 && seconds < 1e9;
        if (!good) return wrong(400, "visible_after must be seconds");
        visible_from =
            Timestamp{now.ticks + static_cast<std::int64_t>(seconds * Timestamp::ticks_per_second)};
    }
    const bool stamped = target.value("now") == "true";
    const std::string modified = json_quoted(stamp(now).to_string());
    std::size_t count = 0;
    for (const std::string_view document : documents) {
        const bool is_object = document.find_first_not_of(" \t\r\n") != std::string_view::npos &&
                               document[document.find_first_not_of(" \t\r\n")] == '{';
        std::string raw =
            stamped && is_object ? with_field(document, "modified", modified) : std::string(document);
        const auto result = model.put(entity, std::move(raw), visible_from);
        if (!result) return wrong(400, "document " + std::to_string(count) + ": " + result.error().message());
        ++count;
    }
    return done({{"put", count}, {"modified", stamped ? Json(stamp(now).to_string()) : Json(nullptr)}});
}

PortalReply edit(PortalModel& model, const PortalCall& call, Edit kind, Timestamp now) {
    const auto request = parse_edit(call.body, model);
    if (!request) return wrong(400, request.error().message);
    const std::string modified = stamp(now).to_string();
    const std::size_t changed = apply_edit(model, *request, kind, modified);
    return done({{"changed", changed}, {"ids", request->ids}, {"modified", modified}});
}

PortalReply set_fault(PortalFaults& faults, const PortalCall& call) {
    const Json json = Json::parse(call.body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) {
        return wrong(400, R"(write {"name":"429","probability":0.5} or {"name":"cut","times":2})");
    }
    const auto& name = json["name"].get_ref<const std::string&>();
    Result<> result;
    if (json.contains("times")) {
        if (!json["times"].is_number_unsigned()) return wrong(400, "times must be an unsigned integer");
        result = faults.set_times(name, json["times"].get<std::size_t>());
    } else {
        const Json probability = json.value("probability", Json(1));
        if (!probability.is_number()) return wrong(400, "probability must be a number");
        result = faults.set(name, probability.get<double>());
    }
    if (!result) return wrong(400, result.error().message());
    return done(Json(faults.probabilities()));
}

}  // namespace

std::string control_help() {
    return R"(GET  /counts                     requests by kind and status, faults, connections, records held
GET  /records/ENTITY             every visible document's bytes, one a line, in the order of (modified, _id);
                                 ?keys=1: {"_id","modified","sha256"} of each
POST /put/ENTITY                 one document or an array; ?now=true stamps modified, ?visible_after=SECONDS hides it
POST /touch                      {"entity","count"|"ids","keep_modified"}: other content, modified = now
POST /disable                    likewise: disabled = true
POST /delete                     likewise: a hard delete
POST /generate                   {"entity","count","shape","batch"}: new records, modified = now
POST /fault                      {"name","probability"} or {"name","times"}
DELETE /faults                   no more faults
POST /settings                   {"dialect","limit_bytes","too_large_status","api_key","rate","burst","quota",
                                  "retry_after","gzip"}; rate and quota may be null
GET  /settings                   what is set (but for the key)
POST /quit                       ends the portal
)";
}

PortalControl::PortalControl(PortalService& service, std::function<void()> quit)
    : service_(service), quit_(std::move(quit)) {}

PortalReply PortalControl::handle(const PortalCall& call, Timestamp now) {
    service_.model().set_now(now);
    const PortalTarget target = parse_target(call.target);
    const std::string what = target.path.empty() ? "" : target.path[0];
    const std::string entity = target.path.size() == 2 ? target.path[1] : "";
    const std::string asked = call.method + " " + what;
    PortalModel& model = service_.model();
    if (target.path.size() == 2) {
        if (asked == "POST put") return put(model, entity, call, now);
        if (asked == "GET records") return listing_reply(model, entity, target.value("keys") == "1");
        return wrong(404, "no such call; see --help");
    }
    if (asked == "GET counts") return done(counts_json(service_));
    if (asked == "GET settings") return done(settings_json(service_));
    if (asked == "POST settings") {
        const auto refusal = change_settings(service_, call.body);
        return refusal ? wrong(400, *refusal) : done(settings_json(service_));
    }
    if (asked == "POST touch") return edit(model, call, Edit::touch, now);
    if (asked == "POST disable") return edit(model, call, Edit::disable, now);
    if (asked == "POST delete") return edit(model, call, Edit::erase, now);
    if (asked == "POST fault") return set_fault(service_.faults(), call);
    if (asked == "DELETE faults") {
        service_.faults().clear();
        return done(Json::object());
    }
    if (asked == "POST generate") {
        const auto request =
            parse_generate(call.body, service_.settings().seed ^ kGenerateSeed, model.settings());
        if (!request) return wrong(400, request.error().message);
        const auto result = generate(model, *request, generated_, stamp(now));
        if (!result) return wrong(400, result.error().message());
        generated_ += request->count;
        return done({{"generated", request->count}, {"modified", stamp(now).to_string()}});
    }
    if (asked == "POST quit") {
        quit_();
        return done({{"quit", true}});
    }
    return wrong(404, "no such call; see --help");
}

}  // namespace carecloud
