#include "portal/portal_control.hpp"

#include "portal/control_reply.hpp"
#include "portal/portal_edit.hpp"
#include "portal/portal_listing.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

namespace carecloud {
namespace {

// /generate uses another seed than the initial records, so their ids never collide.
constexpr std::uint64_t kGenerateSeed = 0x67656e6572617465U;

// The wall clock with the portal's precision: milliseconds, written with seven digits.
Timestamp stamp(Timestamp now) {
    return {now.ticks - now.ticks % Timestamp::ticks_per_millisecond};
}

// Converts a number of seconds from a query to a time; std::nullopt if it is invalid.
std::optional<Timestamp> instant_after(const std::string& seconds_text, Timestamp now) {
    double seconds = 0;
    const char* end = seconds_text.data() + seconds_text.size();
    const auto [read, error] = std::from_chars(seconds_text.data(), end, seconds);
    if (error != std::errc{} || read != end || !(seconds >= 0 && seconds < 1e9)) return std::nullopt;
    return Timestamp{now.ticks + static_cast<std::int64_t>(seconds * Timestamp::ticks_per_second)};
}

bool is_object_text(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

std::string control_help() {
    return std::string(
               R"(GET  /counts             requests by kind and status, faults, connections,
                         records held
GET  /records/ENTITY     bytes of every visible document, one per line, in
                         order of (modified, _id);
                         ?keys=1: {"_id","modified","sha256"} of each
POST /put/ENTITY         one document or an array; ?now=true sets modified,
                         ?visible_after=SECONDS hides it,
                         ?types=id=oid,modified=date stores these fields with
                         other types
POST /hole               {"entity","ids","filtered_only"}: omit these records
                         from all queries, or only from queries with a filter;
                         retrieve shows them; no ids: omit none
POST /backup             save all documents
POST /restore            restore the backup: later records are lost, modified
                         goes back
POST /touch              {"entity","count"|"ids","keep_modified"}: new content,
                         modified = now
POST /disable            same arguments; disabled = true
POST /delete             same arguments; hard delete
POST /generate           {"entity","count","shape","batch"}: new records,
                         modified = now
POST /fault              {"name","probability"} or {"name","times"}
DELETE /faults           clear all faults
POST /settings           {"dialect","limit_bytes","too_large_status",
                         "list_bytes","api_key","rate","burst","quota",
                         "retry_after","gzip"}; rate and quota may be null
GET  /settings           current settings, without the key
POST /quit               exit
)") + publisher_control_help();
}

PortalControl::PortalControl(PortalService& service, std::function<void()> quit)
    : service_(service), quit_(std::move(quit)) {}

void PortalControl::announce(const std::string& entity, const std::vector<std::string>& raws, Json& reply,
                             Timestamp now) {
    reply["published"] = sns_->announce(entity, raws, now);
}

PortalReply PortalControl::put(const std::string& entity, const PortalCall& call, Timestamp now) {
    const PortalTarget target = parse_target(call.target);
    if (!is_json(call.body)) return control_wrong(400, "the body is not JSON");
    const bool many = call.body[call.body.find_first_not_of(" \t\r\n")] == '[';
    const auto documents = many ? array_elements(call.body) : std::vector<std::string_view>{call.body};
    const std::string late = target.value("visible_after");
    const std::optional<Timestamp> visible_from = late.empty() ? std::nullopt : instant_after(late, now);
    if (!late.empty() && !visible_from) return control_wrong(400, "visible_after must be seconds");
    const bool announced = announces(target.value("silent") == "true");
    if (const auto refusal = announced ? sns_->refusal(documents.size()) : std::nullopt)
        return control_wrong(400, *refusal);
    const bool stamped = target.value("now") == "true";
    const std::string modified = json_quoted(stamp(now).to_string());
    std::optional<FieldTypes> types;
    if (const std::string text = target.value("types"); !text.empty()) {
        const auto changed = with_dialect(service_.model().settings(), text);
        if (!changed) return control_wrong(400, changed.error().message());
        types = changed->types();
    }
    std::vector<std::string> raws;
    std::size_t count = 0;
    for (const std::string_view document : documents) {
        std::string raw = stamped && is_object_text(document) ? with_field(document, "modified", modified)
                                                              : std::string(document);
        if (announced) raws.push_back(raw);
        const auto result = service_.model().put(entity, std::move(raw), visible_from, types);
        if (!result)
            return control_wrong(400, "document " + std::to_string(count) + ": " + result.error().message());
        ++count;
    }
    Json reply{{"put", count}, {"modified", stamped ? Json(stamp(now).to_string()) : Json(nullptr)}};
    if (announced) announce(entity, raws, reply, now);
    return control_done(reply);
}

PortalReply PortalControl::edit(const PortalCall& call, Edit kind, Timestamp now) {
    PortalModel& model = service_.model();
    const auto request = parse_edit(call.body, model);
    if (!request) return control_wrong(400, request.error().message);
    const bool announced = kind != Edit::erase && !request->keep_modified && announces(request->silent);
    if (const auto refusal = announced ? sns_->refusal(request->ids.size()) : std::nullopt)
        return control_wrong(400, *refusal);
    const std::string modified = stamp(now).to_string();
    const std::size_t changed = apply_edit(model, *request, kind, modified);
    Json reply{{"changed", changed}, {"ids", request->ids}, {"modified", modified}};
    if (!announced) return control_done(reply);
    std::vector<std::string> raws;
    for (const std::string& id : request->ids) {
        if (auto raw = model.find(request->entity, id)) raws.push_back(*std::move(raw));
    }
    announce(request->entity, raws, reply, now);
    return control_done(reply);
}

PortalReply PortalControl::generate_records(const PortalCall& call, Timestamp now) {
    PortalModel& model = service_.model();
    const auto request =
        parse_generate(call.body, service_.settings().seed ^ kGenerateSeed, model.settings());
    if (!request) return control_wrong(400, request.error().message);
    const bool announced = announces(request->silent);
    if (const auto refusal = announced ? sns_->refusal(request->count) : std::nullopt)
        return control_wrong(400, *refusal);
    const auto result = generate(model, *request, generated_, stamp(now));
    if (!result) return control_wrong(400, result.error().message());
    Json reply{{"generated", request->count}, {"modified", stamp(now).to_string()}};
    std::vector<std::string> raws;
    for (std::uint64_t i = 0; announced && i < request->count; ++i) {
        auto raw = model.find(request->options.entity, record_id(request->options, generated_ + i));
        if (raw) raws.push_back(*std::move(raw));
    }
    generated_ += request->count;
    if (announced) announce(request->options.entity, raws, reply, now);
    return control_done(reply);
}

PortalReply PortalControl::hole(const PortalCall& call) {
    const Json json = Json::parse(call.body, nullptr, /*allow_exceptions=*/false);
    const bool named = json.is_object() && json.contains("entity") && json["entity"].is_string();
    if (!named || (json.contains("ids") && !json["ids"].is_array()))
        return control_wrong(400, R"(the body must be {"entity":"…","ids":["…"]})");
    std::set<std::string, std::less<>> ids;
    for (const Json& id : json.value("ids", Json::array())) {
        if (!id.is_string()) return control_wrong(400, "ids must be strings");
        ids.insert(id.get<std::string>());
    }
    const auto filtered_only = json.find("filtered_only");
    if (filtered_only != json.end() && !filtered_only->is_boolean())
        return control_wrong(400, "filtered_only must be true or false");
    const std::size_t count = ids.size();
    service_.model().hide(json["entity"].get<std::string>(), std::move(ids),
                          filtered_only != json.end() && filtered_only->get<bool>());
    return control_done({{"left_out", count}});
}

PortalReply PortalControl::restore() {
    if (!service_.backup().is_taken())
        return control_wrong(400, "there is no backup; POST /backup makes one");
    return control_done({{"restored", service_.backup().restore(service_.model())}});
}

PortalReply PortalControl::handle_entity(const PortalCall& call, const PortalTarget& target, Timestamp now) {
    const std::string asked = call.method + " " + target.path[0];
    if (asked == "POST put") return put(target.path[1], call, now);
    if (asked == "GET records")
        return listing_reply(service_.model(), target.path[1], target.value("keys") == "1");
    return control_wrong(404, "no such call; see --help");
}

PortalReply PortalControl::handle(const PortalCall& call, Timestamp now) {
    service_.model().set_now(now);
    const PortalTarget target = parse_target(call.target);
    const std::string what = target.path.empty() ? "" : target.path[0];
    if (what == "sns") {
        if (!sns_) return control_wrong(404, "this portal does not publish events; start it with --sns-port");
        return sns_->handle(call, target, now);
    }
    if (target.path.size() == 2) return handle_entity(call, target, now);
    const std::string asked = call.method + " " + what;
    if (asked == "GET counts") return control_done(counts_json(service_));
    if (asked == "GET settings") return control_done(settings_json(service_));
    if (asked == "POST settings") {
        const auto refusal = change_settings(service_, call.body);
        return refusal ? control_wrong(400, *refusal) : control_done(settings_json(service_));
    }
    if (asked == "POST touch") return edit(call, Edit::touch, now);
    if (asked == "POST disable") return edit(call, Edit::disable, now);
    if (asked == "POST delete") return edit(call, Edit::erase, now);
    if (asked == "POST generate") return generate_records(call, now);
    if (asked == "POST hole") return hole(call);
    if (asked == "POST restore") return restore();
    if (asked == "POST backup") {
        service_.backup().take(service_.model());
        return control_done({{"backup", true}});
    }
    if (asked == "POST fault") return control_fault(service_.faults(), call);
    if (asked == "DELETE faults") {
        service_.faults().clear();
        return control_done(Json::object());
    }
    if (asked == "POST quit") {
        quit_();
        return control_done({{"quit", true}});
    }
    return control_wrong(404, "no such call; see --help");
}

}  // namespace carecloud
